"""What is left when a run is over: its samples, and everything else that decides its figures.

Written down it is `requests.jsonl`: a first line for the run, then one for each request. Whatever is shown of a run
is made of this value, so what is made later of the file is the same as what was made at once.
"""

import os
import platform
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pydantic import BaseModel, Field, ValidationError, field_validator

from azureml_bench.health import Health
from azureml_bench.load import Phases
from azureml_bench.run import Run
from azureml_bench.sample import Sample
from azureml_bench.usage import WrongUsage

HIDDEN = "***"
_FAR = 1e11
"""Seconds until the year 5138: nothing begins later, nothing lasts longer."""
_SECRET = re.compile(r"key|token|secret|password|signature|^sig$|^code$", re.IGNORECASE)


class Tool(BaseModel, frozen=True):
    """With what it was measured, and where."""

    name: str = "azureml-bench"
    version: str
    python: str
    system: str
    processors: int

    @staticmethod
    def here() -> "Tool":
        """Describe this process."""
        return Tool(
            version=version("azureml-emulator"),
            python=platform.python_version(),
            system=f"{platform.system()} {platform.machine()}",
            processors=os.cpu_count() or 1,
        )


class Head(BaseModel, frozen=True):
    """A run but for its samples. `began` is in Unix seconds, `lasted` in seconds; no text has a key in it.

    `objectives` are as they were typed; `health` is without delays, which the samples have.
    """

    version: Literal[1] = 1
    tool: Tool
    url: str
    plan: dict[str, Any]
    plan_hash: str
    closed: bool
    phases: Phases
    objectives: list[str] = Field(default_factory=list)
    began: float = Field(ge=0, lt=_FAR)
    lasted: float = Field(ge=0, lt=_FAR)
    health: Health

    @property
    def users(self) -> int:
        """How many users a closed loop has, at least 1; 0 of an open one."""
        load = self.plan.get("load")
        found = load.get("users") if isinstance(load, dict) else None
        return max(found if isinstance(found, int) else 1, 1) if self.closed else 0

    @field_validator("phases")
    @classmethod
    def _measured(cls, phases: Phases) -> Phases:
        if not 0 < phases.measure < _FAR:
            raise ValueError("expected a time to measure")
        if not (0 <= phases.warmup < _FAR and 0 <= phases.drain < _FAR):
            raise ValueError("expected times of warm-up and drain that are 0 or more")
        return phases


@dataclass(frozen=True)
class Record:
    """A run: its head, and its samples in the order in which they ended."""

    head: Head
    samples: Sequence[Sample]

    def lines(self) -> Iterator[str]:
        """Write it as the lines of `requests.jsonl`, without line ends."""
        yield f'{{"run":{self.head.model_dump_json()}}}'
        for one in self.samples:
            yield one.line()


def record(run: Run, objectives: Iterable[str] = ()) -> Record:
    """Keep a run. What the endpoint said is kept without the key, should it have said that."""
    plan = run.plan
    health = replace(run.health, delays=(), lags=[round(lag, 6) for lag in run.health.lags])
    head = Head(
        tool=Tool.here(),
        url=shown(plan.target.url),
        plan=plan.document(),
        plan_hash=plan.hash(),
        closed=plan.closed,
        phases=run.phases,
        objectives=list(objectives),
        began=run.began,
        lasted=run.lasted,
        health=health,
    )
    key = plan.target.key
    return Record(head, [_without(key, one) if key and key in one.note else one for one in run.samples])


def read(lines: Iterable[str], place: str) -> Record:
    """Read `requests.jsonl`. Raises `WrongUsage` that names the place, the line, and what was expected there."""
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    number, first = next(numbered, (1, ""))
    try:
        head = _First.model_validate_json(first).run
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "the line"
        raise WrongUsage(
            f"{place}, line {number}: expected a run as azureml-bench writes it; {where}: {error.errors()[0]['msg']}"
        ) from None
    samples = []
    for number, line in numbered:
        try:
            samples.append(Sample.of_line(line))
        except ValueError as error:
            raise WrongUsage(f"{place}, line {number}: {error}") from None
    return Record(head, samples)


class _First(BaseModel):
    run: Head


def shown(url: str) -> str:
    """Write an address as everybody may see it: without passwords, and without values of parameters that are keys."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    query = parts.query
    if any(_SECRET.search(name) for name, _ in parse_qsl(query, keep_blank_values=True)):
        query = "&".join(map(_masked, query.split("&")))
    return SplitResult(parts.scheme, host, parts.path, query, parts.fragment).geturl()


def _masked(parameter: str) -> str:
    name, equals, _ = parameter.partition("=")
    return f"{name}{equals}{HIDDEN}" if equals and _SECRET.search(name) else parameter


def _without(key: str, sample: Sample) -> Sample:
    return replace(sample, note=sample.note.replace(key, HIDDEN))
