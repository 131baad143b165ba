"""The server's side: uvicorn's HTTP protocol with limits, sockets, the workers' supervisor, process tuning, health."""
