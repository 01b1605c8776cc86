"""Bytes in a second."""

_BURST = 1.0
"""Seconds' worth of bytes that pass before bandwidth is limited: what Envoy's bandwidth filter holds (unverified)."""


class Line:
    """So many bytes a second, in and out; what is too much is late, not lost (documented).

    The bytes of an answer count from the arrival of their call.
    """

    def __init__(self, megabytes: float) -> None:
        self._speed = megabytes * 1_000_000
        self.through = 0.0

    def inherit(self, former: "Line") -> None:
        """Go on with the bytes that are not through yet."""
        self.through = former.through

    def delay(self, at: float, size: int) -> float:
        """Send some bytes; give the seconds by which they are late."""
        self.through = max(self.through, at) + size / self._speed
        return max(0.0, self.through - at - _BURST)
