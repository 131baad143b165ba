"""Where the server listens."""

import socket


class CannotListen(Exception):
    """The address or the port cannot be had; the message says why and what to do."""


def claimed(host: str, port: int) -> int:
    """The port, or a free one for 0, once it is known that it can be had: a start that would fail changes nothing."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the server does, or a port with connections that have just ended would count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as reason:
        message = f"Cannot listen on {host}, port {port}: {reason.strerror}. Try another --port, or --host."
        raise CannotListen(message) from None


def browser_address(host: str, port: int) -> str:
    """Where a browser on this machine finds the server."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{reached}:{port}"
