"""The server: uvicorn's HTTP protocol with limits, sockets, supervisor, process tuning, health checks."""
