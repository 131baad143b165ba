"""Sharing what a process has little of between those who ask for it; knows neither requests nor rows."""
