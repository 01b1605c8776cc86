"""What a process and its children use, where the system tells it: processor time and memory."""

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


def family(pid: int) -> Iterator[int]:
    """A process, and all that descend from it."""
    yield pid
    for listed in _PROC.glob(f"{pid}/task/*/children"):
        for child in listed.read_text(encoding="ascii").split():
            yield from family(int(child))
