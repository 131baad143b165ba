"""What every request passes through, whatever answers it: request context, idempotency, limits on body memory."""
