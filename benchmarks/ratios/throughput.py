"""Requests per second of `azureml-emulator serve`, all features on, against handlers that do nothing else."""

from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, NamedTuple

from ratios.comparison import Comparison, in_turn, ratios
from ratios.data import KEY
from ratios.emulator import serving
from ratios.processes import Child, module

GROUP = "throughput"
ROUNDS = 6
SECONDS = 2.0
TARGET = 0.7
ENDPOINT = {"name": "gpt2", "schema": "gpt2", "key": KEY}


class Load(NamedTuple):
    """What one window measured; requests per second of processor time are None where the system tells none."""

    per_second: float
    per_busy_second: float | None
    server_busy: float | None
    own_busy: float


def compare() -> list[Comparison]:
    """The emulator against `web.Server` and against `web.Application`, and once with no request like another."""
    with serving([ENDPOINT]) as served, Child(module("plain_server")) as plain, Child(module("load")) as load:
        bare, port, pid = plain.read(), served.ports["gpt2"], served.pid
        sides = {name: window(load, at, plain.pid) for name, at in bare.items()}
        sides["emulator"] = window(load, port, pid)
        sides["web.Server, fresh"] = window(load, bare["web.Server"], plain.pid, fresh=True)
        sides["emulator, fresh"] = window(load, port, pid, fresh=True)
        measured = in_turn(sides, ROUNDS)
    return list(_all(measured))


def _all(measured: dict[str, list[Load]]) -> Iterator[Comparison]:
    for name in ("web.Server", "web.Application"):
        yield from rows(GROUP, f"emulator / bare {name} handler", measured["emulator"], measured[name], TARGET)
    what = "emulator / bare web.Server handler, no two requests alike"
    yield from rows(GROUP, what, measured["emulator, fresh"], measured["web.Server, fresh"])


def rows(
    group: str, what: str, ours: list[Load], bare: list[Load], target: float | None = None
) -> Iterator[Comparison]:
    """Requests per second, and per second of the server's processor time."""
    per_second = [[one.per_second for one in side] for side in (ours, bare)]
    context = f"{median(per_second[0]):.0f} / {median(per_second[1]):.0f} per second{_busy(ours, bare)}"
    yield Comparison(group, f"requests/s: {what}", ratios(*per_second), at_least=target, context=context)
    busy = [[one.per_busy_second for one in side if one.per_busy_second] for side in (ours, bare)]
    if all(len(side) == len(ours) for side in busy):
        context = f"{median(busy[0]):.0f} / {median(busy[1]):.0f} per second of the server's processor time"
        yield Comparison(group, f"requests per CPU second: {what}", ratios(*busy), at_least=target, context=context)


def _busy(*sides: list[Load]) -> str:
    shares = [[one.server_busy for one in side if one.server_busy is not None] for side in sides]
    if not all(shares):
        return ""
    servers = " / ".join(f"{median(side):.0%}" for side in shares)
    loads = " / ".join(f"{median(one.own_busy for one in side):.0%}" for side in sides)
    return f"; a core's share of servers {servers}, of the load {loads}"


def window(load: Child, port: int, pid: int, path: str = "/score", **how: Any) -> Callable[[], Load]:
    """Measure a server over a window; `how` is what `ratios.load` can be asked besides."""

    def measure() -> Load:
        found = load.ask(**{"port": port, "pid": pid, "path": path, "seconds": SECONDS, **how})
        if found["refused"] or not found["answered"]:
            raise RuntimeError(f"port {port} did not answer as it should: {found}")
        answered, seconds, server = found["answered"], found["seconds"], found["server"]
        return Load(
            answered / seconds,
            answered / server if server else None,
            None if server is None else server / seconds,
            found["own"] / seconds,
        )

    return measure
