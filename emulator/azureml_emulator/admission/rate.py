"""Calls in a second."""

from collections import deque

from azureml_emulator.errors import TooManyRequests


class Rate:
    """No more than so many calls in any second."""

    def __init__(self, limit: int) -> None:
        self.latest: deque[float] = deque(maxlen=limit)

    def inherit(self, former: "Rate") -> None:
        """Go on from what was counted before."""
        self.latest.extend(former.latest)

    def count(self, at: float) -> None:
        """Let a call through. Raises `TooManyRequests`."""
        if len(self.latest) == self.latest.maxlen and at - self.latest[0] < 1.0:
            raise TooManyRequests(f"more than {self.latest.maxlen} requests in a second")
        self.latest.append(at)
