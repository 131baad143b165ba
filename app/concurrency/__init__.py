"""Sharing what a process has little of between those who ask for it, and ending what nobody waits for any more; knows
neither requests nor rows."""
