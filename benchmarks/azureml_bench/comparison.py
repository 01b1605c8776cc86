"""Two sides, measured block by block or run by run, and what is to be said of them: `comparison.json`.

The unit is the block, or the run: requests of one moment are alike, so a thousand of them are no thousand witnesses.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp, isfinite, log, log1p
from statistics import median
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, Field

from azureml_bench import paired, unpaired
from azureml_bench.metrics import metrics
from azureml_bench.record import Tool
from azureml_bench.shift import Shift
from azureml_bench.verdict import Verdict, detectable, faster, pairs_needed, verdict

VERSION = 1
TOLERANCE = 0.025
CONFIDENCE = 0.95
RUNS = 5
"""As many runs of each side, measured one after the other, are needed to know how far runs lie apart."""

HARNESS = "the harness did not keep up"
BUSY = "the machine was busy with something else"
EMPTY = "nothing to compare on one of the sides"

_TIMES, _LEAST = 2.5, 0.001


class Figure(NamedTuple):
    """A figure of a block: a metric, and which percentile (or `mean`, `max`) of its values. Written `e2e:p50`."""

    metric: str
    which: str

    def __str__(self) -> str:
        return f"{self.metric}:{self.which}"

    @property
    def rate(self) -> bool:
        """Whether more of it is better."""
        return metrics()[self.metric].unit == "/s"


DECIDES = Figure("e2e", "p50")
TOLD = (DECIDES, Figure("e2e", "p99"), Figure("ttft", "p50"), Figure("tpot", "p50"))
"""What is told of every comparison."""


class Side(BaseModel, frozen=True):
    """What one side measured in a block or run: figures in seconds or per second, and how many ended in error.

    `requests` is how many ended. `lag` is how late the harness's event loop woke meanwhile, on average, in seconds:
    how busy the machine was, whoever was asked. `problems` say why the figures are not the endpoint's.
    """

    figures: dict[str, float]
    requests: int
    bad: int
    lag: float = 0.0
    problems: list[str] = Field(default_factory=list)

    @property
    def error_share(self) -> float:
        """The share in error."""
        return self.bad / self.requests if self.requests else 0.0


class Pair(BaseModel, frozen=True):
    """Two blocks that followed each other, and which of the sides went first."""

    first: Literal["base", "head"]
    base: Side
    head: Side


def undisturbed(pairs: Sequence[Pair]) -> list[Pair]:
    """Leave out pairs in which the harness did not keep up, or the machine was much busier than when it was quiet.

    It looks at no figure of either side, and a pair goes as a whole, so nothing that is judged is any the likelier.
    Of those in which the harness kept up, the quieter half is always left.
    """
    kept = _kept_up(pairs)
    if not kept:
        return []
    lags = sorted(side.lag for pair in kept for side in (pair.base, pair.head))
    middle = sorted(map(_lag, kept))[(len(kept) - 1) // 2]
    limit = max(_TIMES * lags[len(lags) // 4], _LEAST, middle)
    return [pair for pair in kept if _lag(pair) <= limit]


def _kept_up(pairs: Sequence[Pair]) -> list[Pair]:
    return [pair for pair in pairs if not (pair.base.problems or pair.head.problems)]


def _lag(pair: Pair) -> float:
    return max(pair.base.lag, pair.head.lag)


@dataclass(frozen=True)
class Rules:
    """By what is judged: the figures that decide share what the confidence leaves open, the others are only told."""

    deciding: Sequence[Figure] = (DECIDES,)
    tolerance: float = TOLERANCE
    confidence: float = CONFIDENCE

    @property
    def each(self) -> float:
        """The confidence of each figure that decides: all of them together have the one that was asked for."""
        return 1 - (1 - self.confidence) / len(self.deciding)

    @property
    def all(self) -> Iterable[Figure]:
        """Every figure that is told, those that decide first."""
        return dict.fromkeys((*self.deciding, *TOLD))


class Effect(BaseModel, frozen=True):
    """What happened to one figure.

    `base` and `head` are medians over blocks or runs. `change` and its interval are shares by which head is slower,
    below 0 if it is faster; None is an end that is not there. `detectable` is the smallest such share that would be
    found 8 times in 10. `verdict` is None for a figure that is only told.
    """

    figure: str
    title: str
    unit: str
    base: float
    head: float
    n: int
    change: float
    low: float | None
    high: float | None
    detectable: float | None
    needed: int | None
    faster: bool
    verdict: Verdict | None


class Errors(BaseModel, frozen=True):
    """The share of requests in error, and whether head has more of them than chance gives."""

    base: float
    head: float
    worse: bool


class Comparison(BaseModel, frozen=True):
    """What two sides come to. `thrown_away` counts pairs or runs that were left out, by why.

    `stopped` says that somebody stopped it before all pairs were measured.
    """

    version: Literal[1] = 1
    tool: Tool = Field(default_factory=Tool.here)
    kind: Literal["interleaved", "runs"]
    base: list[str] = Field(default_factory=list)
    head: list[str] = Field(default_factory=list)
    plan: dict[str, Any] = Field(default_factory=dict)
    stopped: bool = False
    verdict: Verdict
    tolerance: float
    confidence: float
    compared: int
    thrown_away: dict[str, int]
    effects: list[Effect]
    errors: Errors
    warnings: list[str] = Field(default_factory=list)
    pairs: list[Pair] = Field(default_factory=list)


Sides = tuple[Sequence[Side], Sequence[Side]]
"""Base and head."""
_Estimate = Callable[[Sequence[float], Sequence[float], float], Shift]


def of_pairs(pairs: Sequence[Pair], rules: Rules, **about: Any) -> Comparison:
    """Judge pairs of blocks that took turns."""
    kept, sound = _kept_up(pairs), undisturbed(pairs)
    whole = [pair for pair in sound if _has(pair.base, rules.deciding) and _has(pair.head, rules.deciding)]
    thrown = {HARNESS: len(pairs) - len(kept), BUSY: len(kept) - len(sound), EMPTY: len(sound) - len(whole)}
    effects = _effects(([pair.base for pair in whole], [pair.head for pair in whole]), rules, _of_blocks)
    more = [share for pair in kept if (share := pair.head.error_share - pair.base.error_share)]
    above = bool(more) and paired.paired(more, rules.confidence).low > 0
    errors = _errors(([pair.base for pair in kept], [pair.head for pair in kept]), above)
    return _said(effects, errors, rules, kind="interleaved", compared=len(whole), thrown=thrown, pairs=pairs, **about)


def of_runs(sides: Sides, rules: Rules, **about: Any) -> Comparison:
    """Judge runs that did not take turns: weaker, since what else changed between them is part of the effect."""
    base, head = ([side for side in each if not side.problems] for each in sides)
    whole = tuple([side for side in each if _has(side, rules.deciding)] for each in (base, head))
    count, sound, left = (sum(map(len, each)) for each in (sides, (base, head), whole))
    above = min(len(base), len(head)) >= RUNS and (
        unpaired.unpaired([one.error_share for one in base], [one.error_share for one in head], rules.confidence).low
        > 0
    )
    return _said(
        _effects((whole[0], whole[1]), rules, _of_runs),
        _errors((base, head), above),
        rules,
        kind="runs",
        compared=min(map(len, whole)),
        thrown={HARNESS: count - sound, EMPTY: sound - left},
        **about,
    )


def _said(effects: list[Effect], errors: Errors, rules: Rules, thrown: Mapping[str, int], **about: Any) -> Comparison:
    verdicts = [one.verdict for one in effects if one.verdict]
    if Verdict.SLOWER in verdicts:
        said = Verdict.SLOWER
    elif errors.worse:
        said = Verdict.WORSE
    else:
        said = Verdict.CANNOT_TELL if Verdict.CANNOT_TELL in verdicts or not verdicts else Verdict.NOT_SLOWER
    return Comparison(
        verdict=said,
        tolerance=rules.tolerance,
        confidence=rules.confidence,
        thrown_away=dict(+Counter(thrown)),
        effects=effects,
        errors=errors,
        **about,
    )


def _of_blocks(base: Sequence[float], head: Sequence[float], confidence: float) -> Shift:
    return paired.paired([one - other for one, other in zip(head, base, strict=True)], confidence)


def _of_runs(base: Sequence[float], head: Sequence[float], confidence: float) -> Shift:
    enough = min(len(base), len(head)) >= RUNS
    return unpaired.unpaired(base, head, confidence if enough else 1.0)


def _effects(sides: Sides, rules: Rules, estimate: _Estimate) -> list[Effect]:
    everybody = [*sides[0], *sides[1]]
    told = [figure for figure in rules.all if all(_has(side, (figure,)) for side in everybody)]
    return [_effect(figure, sides, rules, estimate) for figure in told] if min(map(len, sides)) else []


def _effect(figure: Figure, sides: Sides, rules: Rules, estimate: _Estimate) -> Effect:
    base, head = ([side.figures[str(figure)] for side in each] for each in sides)
    sign = -1 if figure.rate else 1
    confidence = rules.each if figure in rules.deciding else rules.confidence
    shift = estimate([sign * log(one) for one in base], [sign * log(one) for one in head], confidence)
    tolerance, count = log1p(rules.tolerance), min(len(base), len(head))
    needed = pairs_needed(shift, tolerance, confidence, count)
    return Effect(
        figure=str(figure),
        title=f"{metrics()[figure.metric].title}, {figure.which}",
        unit=metrics()[figure.metric].unit,
        base=median(base),
        head=median(head),
        n=count,
        change=exp(shift.estimate) - 1,
        low=_share(shift.low),
        high=_share(shift.high),
        detectable=_share(detectable(shift, tolerance, confidence)),
        needed=ceil(needed) if isfinite(needed) else None,
        faster=faster(shift),
        verdict=verdict(shift, tolerance) if figure in rules.deciding else None,
    )


def _has(side: Side, figures: Iterable[Figure]) -> bool:
    return all(side.figures.get(str(figure), 0.0) > 0 for figure in figures)


def _share(shift: float) -> float | None:
    """Write a shift of logarithms as a share; None if there is no end to it."""
    return exp(shift) - 1 if isfinite(shift) else None


def _errors(sides: Sides, worse: bool) -> Errors:
    base, head = (sum(one.bad for one in each) / max(sum(one.requests for one in each), 1) for each in sides)
    return Errors(base=base, head=head, worse=worse and head > base)
