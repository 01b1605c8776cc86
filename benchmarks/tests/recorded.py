"""Runs that nobody made: samples by hand, with the head of a run above them."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from azureml_bench.health import Health
from azureml_bench.load import Phases
from azureml_bench.record import Head, Record, Tool
from azureml_bench.sample import Content, Sample

MS = 1_000_000
SECOND = 1_000_000_000


def sample(number: int = 0, at: float = 0.0, took_ms: float = 20.0, **told: Any) -> Sample:
    """A request that was due at so many seconds, and took so long from then; `late_ms` of that unsent."""
    due = round(at * SECOND)
    end = due + round(took_ms * MS)
    sent = min(due + round(told.pop("late_ms", 0) * MS), end)
    given: dict[str, Any] = {"phase": "measure", "first_byte": end, "response_bytes": 100, "characters": 80}
    return Sample(number, intended=due, sent=sent, end=end, **{**given, "status": 200, **told})


def streamed(
    number: int = 0, at: float = 0.0, ttft_ms: float = 100.0, gap_ms: float = 20.0, tokens: int = 10
) -> Sample:
    """A request whose tokens came one by one."""
    due = round(at * SECOND)
    contents = tuple(Content(due + round((ttft_ms + n * gap_ms) * MS), 1) for n in range(tokens))
    return Sample(number, "measure", due, due, contents[-1].at, contents=contents, tokens=tokens, first_byte=due + MS)


def recorded(
    samples: Iterable[Sample],
    *,
    slo: Sequence[str] = (),
    users: int = 0,
    phases: Phases = Phases(0.0, 10.0, 5.0),  # noqa: B008  it is a value
    health: Health | None = None,
    url: str = "http://127.0.0.1:8000/score",
) -> Record:
    """A run of these samples."""
    load = {"loop": "closed", "users": users} if users else {"loop": "open", "arrivals": "poisson", "rate": 50.0}
    kept = list(samples)
    head = Head(
        tool=Tool(version="0.1.0", python="3.12.1", system="Linux x86_64", processors=4),
        url=url,
        plan={"schema": "gpt2", "stream": False, "load": load, "phases_s": phases._asdict(), "seed": 0},
        plan_hash="0123456789ab",
        closed=users > 0,
        phases=phases,
        objectives=list(slo),
        began=1_795_000_000.0,
        lasted=min(max((one.end for one in kept), default=0) / SECOND, 1e9),
        health=health or Health(lags=[0.0001] * 10, cpu=0.1, sockets=4),
    )
    return Record(head, kept)


def busy(requests: int, seconds: float = 10.0, seed: int = 0, *, tokens: int = 0) -> list[Sample]:
    """Many requests, of which some fail and one in a thousand is very slow."""
    random = Random(seed)
    made = []
    for number in range(requests):
        at, took = number * seconds / requests, random.lognormvariate(3.4, 0.5)
        if random.random() < 0.001:
            took += 2000
        if tokens:
            made.append(streamed(number, at, took, 20.0, tokens))
        elif random.random() < 0.02:
            made.append(sample(number, at, took, outcome="5xx", status=503, note="upstream connect error"))
        else:
            made.append(sample(number, at, took, late_ms=random.random()))
    return sorted(made, key=lambda one: one.end)
