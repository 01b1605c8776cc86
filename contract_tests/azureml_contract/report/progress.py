"""A line that says how far a run has come, for somebody who watches."""

from typing import TextIO

from azureml_contract.check import Check

_CLEAR = "\r\x1b[K"


class Line:
    """A line of a terminal that is written over; on anything but a terminal there is none."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream if stream.isatty() else None

    def __call__(self, number: int, total: int, check: Check) -> None:
        self._write(f"{_CLEAR}{number}/{total} {check.id} {check.name}")

    def clear(self) -> None:
        """Leave nothing of it."""
        self._write(_CLEAR)

    def _write(self, text: str) -> None:
        if self._stream:
            self._stream.write(text)
            self._stream.flush()
