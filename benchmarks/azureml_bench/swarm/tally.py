"""What a worker counted: of every metric its values, and how many requests ended how. Tallies add up exactly."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from azureml_bench.load import Phases
from azureml_bench.metrics import metrics
from azureml_bench.outcome import BAD, CUT, DROPPED
from azureml_bench.sample import Sample
from azureml_bench.swarm.buckets import Buckets

if TYPE_CHECKING:
    from typing import Self

    from azureml_bench.objective import Objective

_UNSENT = (CUT.name, DROPPED.name)


@dataclass
class Slice:
    """A block of the run: how many requests were due in it, and the values of each metric."""

    n: int = 0
    metrics: dict[str, Buckets] = field(default_factory=dict)

    def merge(self, other: "Self") -> None:
        """Add what another one has."""
        self.n += other.n
        _merge(self.metrics, other.metrics)


@dataclass
class Tally:
    """Counts of requests, all of those that ended or, between two reports, of those since the last.

    `all` counts every request by how it ended, the warm-up's too; `outcomes`, `metrics`, `failures` and `delays` are
    of the requests that are measured; `ended` and `good_ended` of good ones that ended within the measured time, the
    latter within all limits. `met` says how many met each limit, of `judged`; `good` how many met all. `usage` and
    `events` are how many good requests had the server's count of tokens, and events with text; `in_time` is how many
    were sent before the measured time was over.
    """

    all: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    retried: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    ended: int = 0
    good_ended: int = 0
    judged: int = 0
    good: int = 0
    usage: int = 0
    events: int = 0
    in_time: int = 0
    metrics: dict[str, Buckets] = field(default_factory=dict)
    failures: Buckets = field(default_factory=Buckets)
    delays: Buckets = field(default_factory=Buckets)
    lags: Buckets = field(default_factory=Buckets)
    blocks: dict[int, Slice] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """How many requests ended, those of the warm-up too."""
        return self.all.total()

    @property
    def unsent(self) -> int:
        """How many that are measured were dropped, or cut."""
        return sum(self.outcomes[name] for name in _UNSENT)

    def merge(self, other: "Self") -> None:
        """Add what another one counted."""
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _BUCKETS:
            getattr(self, name).merge(getattr(other, name))
        _merge(self.metrics, other.metrics)
        for number, one in other.blocks.items():
            self.blocks.setdefault(number, Slice()).merge(one)

    def document(self) -> dict[str, Any]:
        """Write it in lists and dictionaries, for a message."""
        return {
            **{name: dict(getattr(self, name)) for name in _COUNTERS},
            **{name: getattr(self, name) for name in _NUMBERS},
            **{name: getattr(self, name).document() for name in _BUCKETS},
            "metrics": _documents(self.metrics),
            "blocks": [[number, one.n, _documents(one.metrics)] for number, one in self.blocks.items()],
        }

    @staticmethod
    def read(document: dict[str, Any]) -> "Tally":
        """Read what `document` wrote."""
        plain: dict[str, Any] = {name: document[name] for name in _NUMBERS}
        plain |= {name: Counter(document[name]) for name in _COUNTERS}
        plain |= {name: Buckets.read(document[name]) for name in _BUCKETS}
        blocks = {number: Slice(n, _read(found)) for number, n, found in document["blocks"]}
        return Tally(**plain, metrics=_read(document["metrics"]), blocks=blocks)


_COUNTERS = ("all", "outcomes", "retried", "met")
_NUMBERS = ("ended", "good_ended", "judged", "good", "usage", "events", "in_time")
_BUCKETS = ("failures", "delays", "lags")


def _merge(into: dict[str, Buckets], more: dict[str, Buckets]) -> None:
    for name, one in more.items():
        into.setdefault(name, Buckets()).merge(one)


def _documents(found: dict[str, Buckets]) -> dict[str, Any]:
    return {name: one.document() for name, one in found.items()}


def _read(found: dict[str, Any]) -> dict[str, Buckets]:
    return {name: Buckets.read(one) for name, one in found.items()}


@dataclass(frozen=True)
class Counting:
    """How samples are counted: by which phases, in blocks of how many seconds, and against which limits."""

    phases: Phases
    block: float
    closed: bool = False
    limits: Sequence["Objective"] = ()

    def tally(self, samples: Iterable[Sample]) -> Tally:
        """Count some samples."""
        made = Tally()
        for one in samples:
            self.add(made, one)
        return made

    def add(self, tally: Tally, sample: Sample) -> None:
        """Count one."""
        tally.all[sample.outcome] += 1
        good = sample.ok and all(limit.met_by(sample) for limit in self.limits)
        if sample.ok and self.phases.warmup * 1e9 <= sample.end < self.phases.sending * 1e9:
            tally.ended += 1
            tally.good_ended += good
        if sample.phase == "measure":
            self._measured(tally, sample, good=good)

    def _measured(self, tally: Tally, sample: Sample, *, good: bool) -> None:
        tally.outcomes[sample.outcome] += 1
        tally.retried.update(sample.retried)
        if sample.outcome not in _UNSENT:
            tally.in_time += sample.sent < self.phases.sending * 1e9
            if not self.closed:
                tally.delays.add((sample.sent - sample.intended) / 1e9)
        if sample.outcome in BAD:
            tally.failures.add((sample.end - sample.sent) / 1e9)
        if sample.outcome != CUT.name:
            tally.judged += 1
            tally.good += good
            tally.met.update(limit.text for limit in self.limits if limit.met_by(sample))
        block = tally.blocks.setdefault(self._block(sample), Slice())
        block.n += 1
        if sample.ok:
            tally.usage += sample.tokens is not None
            tally.events += sample.events > 0
            self._count_values(tally, block, sample)

    def _count_values(self, tally: Tally, block: Slice, sample: Sample) -> None:
        for name, metric in metrics().items():
            if self.closed and name.endswith("_intended"):
                continue
            for value in metric.of((sample,)):
                tally.metrics.setdefault(name, Buckets()).add(value)
                block.metrics.setdefault(name, Buckets()).add(value)

    def _block(self, sample: Sample) -> int:
        return int((sample.intended - self.phases.warmup * 1e9) // (self.block * 1e9))
