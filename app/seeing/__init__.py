"""Seeing what the gateway does: logs, metrics, traces, and the operations that were slow."""
