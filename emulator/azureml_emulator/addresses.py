"""How an address that is listened on is called."""


def reachable(host: str) -> str:
    """Give the host part of a URL: any address becomes loopback, IPv6 goes into brackets."""
    host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"[{host}]" if ":" in host else host
