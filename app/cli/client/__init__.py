"""What the commands do that speak to a running gateway over HTTP, on whatever machine. It knows nothing of the server
but its addresses, and so works the same on a laptop. Loaded by those commands alone, since servers need none of it."""
