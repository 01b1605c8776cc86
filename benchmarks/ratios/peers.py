"""`azureml-emulator serve` against others that give the same answer: a bare handler, Microsoft's server, peers."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import NamedTuple

from ratios import servers
from ratios.comparison import Comparison, in_turn, ratios, timed
from ratios.footprint import memory
from ratios.processes import Child, module
from ratios.servers import Missing, Server, Up, Wire, running
from ratios.throughput import rows, window

GROUP = "servers"
OTHERS = (servers.BARE, servers.MICROSOFT, servers.PYTEST_HTTPSERVER, servers.AIMOCK)

STARTS = 3
REQUESTS, LONGEST = 10_000, 60.0
"""So many are answered before memory is looked at again, but for no more seconds than that."""
ROUNDS = 4
RATE = 150.0
"""Requests per second at which latency is measured: each of the servers manages several times as many."""
SECONDS = 2.5


class Held(NamedTuple):
    """Bytes of memory after the start, and after many requests; None where the system does not tell."""

    first: float | None
    last: float | None


class Latency(NamedTuple):
    """Percentiles in seconds, counted from when each request was due, and what the harness is to blame for."""

    p50: float
    p99: float
    problems: Sequence[str]


def compare() -> list[Comparison]:
    """Start-up, memory, throughput and latency: each server beside an emulator with the same wire shape."""
    rows: list[Comparison] = []
    with Child(module("load")) as load, Child(module("open_loop")) as calls:
        for other in OTHERS:
            try:
                rows += _against(other, load, calls)
            except Missing as missing:
                rows.append(Comparison(GROUP, f"emulator / {other.name}", (), context=str(missing)))
    return rows


def _against(other: Server, load: Child, calls: Child) -> Iterator[Comparison]:
    sides = {"theirs": other, "ours": servers.emulator(other.wire)}
    started = in_turn({name: partial(_start, one) for name, one in sides.items()}, STARTS)
    with running(other) as theirs, running(sides["ours"]) as ours:
        up = {"theirs": theirs, "ours": ours}
        held = {name: _held(load, other.wire, one) for name, one in up.items()}
        loads = in_turn({name: window(load, one.port, one.pid, other.wire.path) for name, one in up.items()}, ROUNDS)
        took = in_turn({name: _latency(calls, sides[name], one) for name, one in up.items()}, ROUNDS)
    what = f"emulator / {other.name}"
    yield from rows(GROUP, what, loads["ours"], loads["theirs"])
    yield from _latency_rows(what, took["ours"], took["theirs"])
    starts = started["ours"], started["theirs"]
    yield Comparison(GROUP, f"start to first answer: {what}", ratios(*starts), context=timed(*starts))
    yield from _memory_rows(what, held["ours"], held["theirs"])


def _start(server: Server) -> float:
    with running(server) as up:
        return up.started


def _held(load: Child, wire: Wire, up: Up) -> Held:
    first = memory(up.pid)
    window(load, up.port, up.pid, wire.path, seconds=LONGEST, most=REQUESTS)()
    return Held(first, memory(up.pid))


def _memory_rows(what: str, ours: Held, theirs: Held) -> Iterator[Comparison]:
    for when, one, other in (
        ("after the start", ours.first, theirs.first),
        (f"after {REQUESTS} requests", ours.last, theirs.last),
    ):
        if one and other:
            context = f"{one / 1e6:.0f} / {other / 1e6:.0f} MB"
            yield Comparison(GROUP, f"memory {when}: {what}", [one / other], context=context)


def _latency(calls: Child, server: Server, up: Up) -> Callable[[], Latency]:
    seeds = count()

    def measure() -> Latency:
        url = f"http://127.0.0.1:{up.port}{server.wire.path}"
        found = calls.ask(url=url, schema=server.wire.schema, rate=RATE, seconds=SECONDS, seed=next(seeds))
        if found["bad"] or not found["percentiles"]:
            raise RuntimeError(f"{server.name}: {found['bad']} requests got no answer at {RATE:.0f} a second")
        return Latency(found["percentiles"]["p50"], found["percentiles"]["p99"], found["problems"])

    return measure


def _latency_rows(what: str, ours: Sequence[Latency], theirs: Sequence[Latency]) -> Iterator[Comparison]:
    """Pairs in which the harness was too slow for either side are left out."""
    everything = list(zip(ours, theirs, strict=True))
    pairs = [pair for pair in everything if not any(side.problems for side in pair)]
    problems = sorted({text for pair in everything for side in pair for text in side.problems})
    for which in ("p50", "p99"):
        above, below = ([getattr(pair[side], which) for pair in pairs] for side in (0, 1))
        context = f"{timed(above, below)}; {len(pairs)} of {len(ours)} pairs valid" if pairs else "; ".join(problems)
        yield Comparison(GROUP, f"latency {which}: {what}", ratios(above, below), context=context)
