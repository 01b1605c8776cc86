"""What a run comes to: `summary.json`, whose `version` says how it is to be read."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from azureml_bench import outcome
from azureml_bench.distribution import Distribution
from azureml_bench.objective import Unit
from azureml_bench.record import Tool
from azureml_bench.silence import Silence

VERSION = 1
BLOCK = 2.0
"""Seconds of a block: the unit in which runs are compared, since requests of one moment are alike."""


class Rates(BaseModel, frozen=True):
    """Requests per second over the time that is measured.

    `offered` were due, `achieved` ended well within it, `goodput` met every objective of a request besides (None
    without any).
    """

    offered: float | None
    achieved: float
    goodput: float | None = None


class Counts(BaseModel, frozen=True):
    """How many requests were measured, and how they ended; `retried` is how tries ended that were made again."""

    requests: int
    ok: int
    outcomes: dict[str, int]
    retried: dict[str, int] = Field(default_factory=dict)

    @property
    def cut(self) -> int:
        """How many were still out at the end: neither good nor bad."""
        return self.outcomes.get(outcome.CUT.name, 0)

    @property
    def ended(self) -> int:
        """How many came to an end, good or bad."""
        return self.requests - self.cut

    @property
    def bad(self) -> int:
        """How many were in error."""
        return sum(count for name, count in self.outcomes.items() if name in outcome.BAD)

    @property
    def error_rate(self) -> float:
        """The share in error of those that ended."""
        return self.bad / self.ended if self.ended else 0.0


class Goodput(BaseModel, frozen=True):
    """How many requests met every objective that is asked of each: `good` of `judged`. Those cut are not judged."""

    good: int
    judged: int
    share: float


class Result(BaseModel, frozen=True):
    """What became of an objective.

    `measured` and `limit` are in seconds, per second, or a share from 0 to 1, as `unit` says; of an objective for
    each request it is the share that met it, and `met` is None: goodput is what those come to. `measured` is None
    where there was nothing to judge by, which is missed.
    """

    text: str
    subject: str
    per_request: bool
    measured: float | None
    limit: float
    unit: Unit
    met: bool | None


class Harness(BaseModel, frozen=True):
    """How the harness kept up; durations in seconds. `delay` is how late requests were sent, in an open loop."""

    delay: Distribution | None
    lag: Distribution | None
    cpu: float
    sockets: int


class Block(BaseModel, frozen=True):
    """A slice of the run: the median of each metric of requests that were due in it, in the metric's unit."""

    at: float
    n: int
    medians: dict[str, float]


class Summary(BaseModel, frozen=True):
    """A run in figures. Durations are in seconds, rates per second.

    `valid` is False when the figures are not the endpoint's, for the reasons in `problems`; `warnings` are what a
    reader must know besides. `tokens_from` names whose count of tokens was used. `failures` is how long requests in
    error took, which is in no metric, and `notes` what was said most of each way to end but `ok`.
    """

    version: Literal[1] = 1
    tool: Tool
    url: str
    plan: dict[str, Any]
    plan_hash: str
    closed: bool = False
    began: float
    lasted: float
    valid: bool
    problems: list[str]
    warnings: list[str]
    counts: Counts
    rates: Rates
    goodput: Goodput | None = None
    objectives: list[Result] = Field(default_factory=list)
    tokens_from: Literal["usage", "events", "none"]
    metrics: dict[str, Distribution]
    failures: Distribution | None
    notes: dict[str, str] = Field(default_factory=dict)
    silences: list[Silence] = Field(default_factory=list)
    harness: Harness
    blocks: list[Block]

    @property
    def missed(self) -> list[Result]:
        """The thresholds that were not met."""
        return [one for one in self.objectives if one.met is False]
