"""What the gateway tells of itself: logs, metrics, traces, and the operations that were slow."""
