"""Observability: logging, metrics, tracing, and the log of slow operations."""
