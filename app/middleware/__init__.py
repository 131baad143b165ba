"""Middleware: what every request passes through on its way to a facade. `app.application` lists the stack in order."""
