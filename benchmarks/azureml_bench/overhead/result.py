"""What comes of a measurement of clients: the figures of `--json`, in seconds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, isfinite, log
from statistics import mean, median
from typing import Any, Literal

from pydantic import BaseModel, Field

from azureml_bench.distribution import Distribution, percentile
from azureml_bench.overhead.added import Call
from azureml_bench.paired import paired
from azureml_bench.record import Tool

CONFIDENCE = 0.95
_SOUND = 0.99
_BUSY = 0.8
_RESTLESS = 2.0


class Startup(BaseModel, frozen=True):
    """What it takes before a client can be used, each the median of some fresh processes.

    `ready` is from nothing imported to a client that is made; `first_added` what its first call adds, a connection
    and late imports with it; `modules` how many modules all of that has loaded. `peak` is how many bytes one call
    holds at most.
    """

    ready: float
    first_added: float | None
    modules: int
    python: str
    peak: float | None = None


class Client(BaseModel, frozen=True):
    """A client that was asked for; `problem` says why it was not measured."""

    label: str
    about: str
    startup: Startup | None = None
    problem: str = ""

    @property
    def not_measured(self) -> str:
        """Say that in a line."""
        return f"{self.label}: not measured: {self.problem}"


class Ratio(BaseModel, frozen=True):
    """How many times as much a client adds as another one, by pairs of blocks, and the interval of that.

    An end is None where there are too few pairs for one.
    """

    to: str
    estimate: float
    low: float | None
    high: float | None
    pairs: int


class Row(BaseModel, frozen=True):
    """One client in one setting.

    `added` is per call, `first_added` until the first text of a stream; both None where too many calls went wrong.
    `above_floor` is how far the median of `added` is above the floor's. `cpu` is of the client's process per call,
    `rate` in calls per second. `sound` of the `calls` were right, and `problems` says of the others what was wrong;
    `resent` were sent more than once. `blocks` has each block's median of `added`, None where it has none.
    """

    client: str
    calls: int
    sound: int
    problems: dict[str, int]
    resent: int
    added: Distribution | None
    first_added: Distribution | None
    above_floor: float | None
    cpu: float
    rate: float
    ratio: Ratio | None
    blocks: list[float | None]


class Setting(BaseModel, frozen=True):
    """The clients at one endpoint, so many calls at once.

    `served` is what was subtracted: how long the endpoint took, over all sound calls. `emulator_cpu` is which share
    of a core it used at most, None where that cannot be known.
    """

    endpoint: str
    over: str
    latency: float | None
    at_once: int
    served: Distribution | None
    emulator_cpu: float | None
    rows: list[Row]


class Report(BaseModel, frozen=True):
    """All of it. `valid` is False when a client was not right, or nothing was measured, as `problems` say."""

    version: Literal[1] = 1
    tool: Tool
    schema_: str = Field(serialization_alias="schema")
    stream: bool
    began: float
    lasted: float
    valid: bool
    problems: list[str]
    warnings: list[str]
    clients: list[Client]
    settings: list[Setting]

    def json_text(self) -> str:
        """Write it."""
        return self.model_dump_json(indent=1, by_alias=True) + "\n"


@dataclass
class Blocks:
    """What one client did in one setting: a list of calls for each block, and how long each took; in seconds."""

    calls: list[list[Call]] = field(default_factory=list)
    lasted: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def sound(self) -> list[Call]:
        """The calls that were right."""
        return [call for some in self.calls for call in some if not call.problem]

    @property
    def medians(self) -> list[float | None]:
        """The median of what each block's calls added."""
        sound = [[call.added for call in some if not call.problem] for some in self.calls]
        return [median(some) if some else None for some in sound]


def rows(measured: Mapping[str, Blocks], first: str, floor: str, stream: bool) -> list[Row]:
    """Sum up the clients of a setting. `first` is the one that others are compared with, `floor` the least."""
    base = measured[floor].sound if floor in measured else []
    least = median(call.added for call in base) if base else None
    return [_row(label, measured, first, least, stream) for label in measured]


def _row(label: str, measured: Mapping[str, Blocks], first: str, least: float | None, stream: bool) -> Row:
    blocks = measured[label]
    every = [call for some in blocks.calls for call in some]
    sound = blocks.sound if len(blocks.sound) >= _SOUND * len(every) else []
    added = Distribution.of(call.added for call in sound)
    compared = sound and label != first and first in measured
    return Row(
        client=label,
        calls=len(every),
        sound=len(blocks.sound),
        problems=_counted(every),
        resent=sum(call.sent > 1 for call in every),
        added=added,
        first_added=Distribution.of(call.first_added for call in sound) if stream else None,
        above_floor=added["p50"] - least if added and least is not None else None,
        cpu=sum(blocks.cpu) / max(len(every), 1),
        rate=len(every) / max(sum(blocks.lasted), 1e-9),
        ratio=ratio(first, blocks.medians, measured[first].medians) if compared else None,
        blocks=blocks.medians,
    )


def _counted(calls: Sequence[Call]) -> dict[str, int]:
    """Count what was wrong, the most frequent first, each with its first example."""
    examples = {call.problem: call.example for call in reversed(calls) if call.problem}
    counts = Counter(call.problem for call in calls if call.problem)
    return {
        f"{problem}, such as {examples[problem]}" if examples[problem] else problem: count
        for problem, count in counts.most_common(5)
    }


def ratio(to: str, mine: Sequence[float | None], others: Sequence[float | None]) -> Ratio | None:
    """Compare the blocks of two clients, round by round; None where no round has both."""
    pairs = [(one, other) for one, other in zip(mine, others, strict=False) if one and other and min(one, other) > 0]
    if not pairs:
        return None
    shift = paired([log(one) - log(other) for one, other in pairs], CONFIDENCE)
    low, high = (exp(end) if isfinite(end) else None for end in (shift.low, shift.high))
    return Ratio(to=to, estimate=exp(shift.estimate), low=low, high=high, pairs=len(pairs))


def startup(made: Sequence[Mapping[str, Any]], firsts: Sequence[Call]) -> Startup:
    """Sum up some starts of one client."""
    sound = [call.added for call in firsts if not call.problem]
    return Startup(
        ready=median(one["ready"] for one in made) / 1e9,
        first_added=median(sound) if sound else None,
        modules=round(mean(one["modules"] for one in made)),
        python=made[-1]["python"],
    )


def problems(settings: Sequence[Setting], clients: Sequence[Client]) -> list[str]:
    """Say which clients were not right, and how; `clients` are those that must have been measured."""
    found = [one.not_measured for one in clients if one.problem]
    if not any(row.sound for setting in settings for row in setting.rows):
        found.append("no call got a right answer: there is nothing to measure")
    return found + [
        f"{row.client}, {where(setting)}: {count} of {row.calls} calls: {problem}"
        for setting in settings
        for row in setting.rows
        if row.added is None
        for problem, count in row.problems.items()
    ]


def warnings(settings: Sequence[Setting], floor: str) -> list[str]:
    """Say what a reader must know besides."""
    found = []
    for setting in settings:
        if setting.emulator_cpu is not None and setting.emulator_cpu > _BUSY:
            found.append(
                f"{where(setting)}: the emulator used up to {setting.emulator_cpu:.0%} of a core,"
                " so calls per second are its limit more than the clients'"
            )
        for row in setting.rows:
            medians = sorted(one for one in row.blocks if one)
            if (
                row.client == floor
                and len(medians) > 4
                and percentile(medians, 90) > _RESTLESS * percentile(medians, 10)
            ):
                low, high = percentile(medians, 10) * 1e3, percentile(medians, 90) * 1e3
                found.append(
                    f"{where(setting)}: the machine was restless: the floor itself was {low:.2f} to {high:.2f} ms;"
                    " CPU a call is the steadier figure"
                )
            if row.resent:
                found.append(f"{row.client}, {where(setting)}: {row.resent} calls were sent more than once")
            if row.added and row.problems:
                worst, count = next(iter(row.problems.items()))
                found.append(f"{row.client}, {where(setting)}: {count} of {row.calls} calls left out: {worst}")
    return found


def where(setting: Setting) -> str:
    """Name a setting."""
    takes = "" if setting.latency is None else f", endpoint takes {setting.latency * 1000:g} ms"
    return f"{setting.over}{takes}, {setting.at_once} at once"
