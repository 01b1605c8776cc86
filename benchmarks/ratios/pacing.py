"""How well streams keep time: `azureml-emulator serve` against a bare asyncio loop that keeps the same deadlines."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from statistics import fmean, median, quantiles
from typing import NamedTuple

from ratios.comparison import Comparison, in_turn, ratios, timed
from ratios.data import KEY
from ratios.emulator import serving
from ratios.footprint import Stolen, processor_time
from ratios.processes import Child, module

GROUP = "pacing"
ROUNDS = 5
SPREAD = 0.97
"""Seconds over which the requests come in: no multiple of a gap, so that streams are due at different times.

To score 500 in half of it would take all of a processor, and their queue would be what is measured.
"""
AT_MOST = 1.5
"""How far our chunks may be from their time, as a multiple of what the bare loop's sleeps are, in 99 % of cases."""


STOLEN, TRIES = 0.005, 5
"""A window of which other machines on the same processors took more than this share is measured again, so often.

All sides alike; the least disturbed one counts.
"""


class Beat(NamedTuple):
    """Streams with a fixed gap: how many, the gap and the time to the first token in seconds, chunks of each.

    `drift` is by how much the gaps may be too long or too short in the mean, in per cent.
    """

    streams: int
    gap: float
    chunks: int
    drift: float | None = None
    first: float = 1.5

    def __str__(self) -> str:
        meanwhile = "" if self.first > SPREAD else " while more calls come in"
        return f"{self.streams} streams at {self.gap * 1000:.3g} ms{meanwhile}"

    @property
    def name(self) -> str:
        return f"beat-{self.gap * 1e6:.0f}-{self.first * 1e3:.0f}-{self.streams}"

    @property
    def total(self) -> int:
        return self.streams * self.chunks

    @property
    def endpoint(self) -> dict[str, object]:
        """The endpoint that keeps this beat."""
        latency = {"type": "tokens", "first_ms": self.first * 1000, "gap_ms": self.gap * 1000}
        return {"name": self.name, "schema": "chat", "key": KEY, "latency": latency}


BEATS = (
    Beat(100, 0.02, 100, 0.5),
    Beat(100, 0.00667, 300, 2.0),
    Beat(500, 0.02, 100, 0.5),
    Beat(100, 0.02, 100, first=0.1),
)


class Kept(NamedTuple):
    """What one window measured.

    Mean drift of the gaps in per cent, 99th percentile of the errors in seconds, processor seconds per chunk, and the
    share of all processors' time that other machines took meanwhile.
    """

    drift: float
    error: float
    busy: float
    stolen: float = 0.0


def compare() -> list[Comparison]:
    """Drift and errors of each beat, the sides by turns."""
    rows: list[Comparison] = []
    endpoints = [one.endpoint for one in BEATS]
    with serving(endpoints) as served, Child(module("sleeper")) as bare, Child(module("listener")) as listener:
        port = bare.read()
        for beat in BEATS:
            ours = served.ports[beat.name]
            sides = {
                "sleeping": partial(_slept, bare, beat),
                "writing": partial(_heard, listener, beat, port, bare.pid, _schedule(beat)),
                "emulator": partial(_heard, listener, beat, ours, served.pid, _conversation(beat)),
            }
            undisturbed = {name: partial(_undisturbed, measure) for name, measure in sides.items()}
            rows += _rows(beat, in_turn(undisturbed, ROUNDS))
    return rows


def _undisturbed(measure: Callable[[], Kept]) -> Kept:
    """Measure until a window is its own, or give the one that was most so."""
    windows: list[Kept] = []
    while len(windows) < TRIES and not (windows and windows[-1].stolen <= STOLEN):
        others = Stolen()
        kept = measure()
        windows.append(kept._replace(stolen=others.share))
    return min(windows, key=lambda one: one.stolen)


def _rows(beat: Beat, kept: Mapping[str, list[Kept]]) -> Iterator[Comparison]:
    drifts = {name: [abs(one.drift) for one in side] for name, side in kept.items()}
    context = f"a bare loop's {median(drifts['writing']):.2f}"
    what = f"{beat}: mean drift of the gaps in per cent"
    yield Comparison(GROUP, what, drifts["emulator"], at_most=beat.drift, context=context)
    errors = {name: [one.error for one in side] for name, side in kept.items()}
    busy = {name: f"{median(one.busy for one in side) * 1e6:.0f}" for name, side in kept.items()}
    stolen = {name: f"{median(one.stolen for one in side) * 100:.1f}" for name, side in kept.items()}
    for side in ("sleeping", "writing"):
        context = f"{timed(errors['emulator'], errors[side])}; processor time per chunk "
        context += f"{busy['emulator']} / {busy[side]} us, stolen {stolen['emulator']} / {stolen[side]} %"
        what = f"{beat}: p99 error of chunk times, emulator / bare loop {side}"
        target = beat.drift and side == "sleeping"
        pairs = ratios(errors["emulator"], errors[side])
        yield Comparison(GROUP, what, pairs, at_most=AT_MOST if target else None, context=context)


def _slept(bare: Child, beat: Beat) -> Kept:
    """Let the bare loop sleep up to the deadlines of all streams."""
    found = bare.ask(streams=beat.streams, first=beat.first, gap=beat.gap, chunks=beat.chunks, spread=SPREAD)
    return Kept(0.0, _p99(found["late"]), found["own"] / beat.total)


def _heard(listener: Child, beat: Beat, port: int, pid: int, request: str) -> Kept:
    """Listen to streams; each deadline counts from when the request was sent."""
    busy = processor_time(pid)
    found = listener.ask(port=port, request=request, streams=beat.streams, chunks=beat.chunks, spread=SPREAD)
    spent = 0.0 if busy is None else (processor_time(pid) or busy) - busy
    came = found["came"]
    if {len(one) for one in came} != {beat.chunks}:
        raise RuntimeError(f"port {port} did not stream {beat.chunks} chunks each time")
    drift = fmean((one[-1] - one[0]) / (beat.chunks - 1) / beat.gap - 1 for one in came) * 100
    errors = [at - beat.first - beat.gap * number for one in came for number, at in enumerate(one)]
    return Kept(drift, _p99(errors), spent / beat.total)


def _p99(errors: list[float]) -> float:
    return quantiles((abs(one) for one in errors), n=100)[98]


def _conversation(beat: Beat) -> str:
    """Ask the emulator for a stream; it echoes a word a chunk."""
    words = " ".join(["word"] * beat.chunks)
    return _post("/chat/completions", {"stream": True, "messages": [{"role": "user", "content": words}]})


def _schedule(beat: Beat) -> str:
    """Ask the bare loop for one."""
    return _post("/", {"first": beat.first, "gap": beat.gap, "chunks": beat.chunks})


def _post(path: str, value: object) -> str:
    body = json.dumps(value)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
