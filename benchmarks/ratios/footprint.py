"""What a process and its children use, and what others take, where the system tells it: processor time and memory."""

import os
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def processor_time(pid: int) -> float | None:
    """The seconds of processor time that they have used."""
    spent = 0
    for one in family(pid):
        try:
            fields = (_PROC / f"{one}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        spent += int(fields[11]) + int(fields[12])
    return spent / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float | None:
    """The bytes that they hold, program and libraries left out; what a fork shares with its parent counts once."""
    held = 0
    for one in family(pid):
        try:
            lines = (_PROC / f"{one}/smaps_rollup").read_text(encoding="ascii", errors="replace").splitlines()
        except OSError:
            return None
        held += sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:"))
    return held * 1024.0


class Stolen:
    """What other machines take of the processors, from when it is made; nothing where the system does not tell."""

    def __init__(self) -> None:
        self._before = self._counted()

    @property
    def share(self) -> float:
        """Of all processors' time, as a share."""
        (stolen, every), (before, begun) = self._counted(), self._before
        return (stolen - before) / (every - begun) if every > begun else 0.0

    @staticmethod
    def _counted() -> tuple[int, int]:
        try:
            first, _, _ = (_PROC / "stat").read_text(encoding="ascii").partition("\n")
        except OSError:
            return 0, 0
        ticks = [int(one) for one in first.split()[1:9]]
        return ticks[7], sum(ticks)


def family(pid: int) -> Iterator[int]:
    """A process, and all that descend from it."""
    yield pid
    for listed in _PROC.glob(f"{pid}/task/*/children"):
        for child in listed.read_text(encoding="ascii").split():
            yield from family(int(child))
