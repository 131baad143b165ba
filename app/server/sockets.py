"""The address and port that the server listens on."""

import socket


class CannotListen(Exception):
    """The server cannot listen on the address and port; the message says why and what to do."""


def check_port(host: str, port: int) -> int:
    """The port, or a free one for 0, after a check that the server can listen on it: a start that would fail should
    fail before it changes anything. Raises CannotListen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the server does; or else a port whose connections have just ended would seem to be in use.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as reason:
        message = f"Cannot listen on {host}, port {port}: {reason.strerror}. Try another --port, or --host."
        raise CannotListen(message) from None


def browser_address(host: str, port: int) -> str:
    """The URL by which a browser on this machine reaches the server."""
    host_name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{host_name}:{port}"
