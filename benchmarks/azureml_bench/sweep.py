"""One rate after the other up to where an endpoint no longer follows: the knee."""

from collections.abc import Sequence
from math import sqrt
from typing import Literal

from pydantic import BaseModel

from azureml_bench.summary import Summary
from azureml_bench.usage import WrongUsage
from azureml_emulator.simulation.rate import both_per_second
from azureml_emulator.table import columns

_FOLLOWS, _ERRORS, _SLOWER = 0.95, 0.01, 2.0
_BY_CHANCE = 3.0
_STEPS, _MOST = 8, 50

RULE = (
    "the knee is the highest rate that is held: at least 95 % of what is offered is achieved, but for what chance "
    "leaves on its way at the end, and every threshold of --slo is met; where none is stated, at most 1 % are in "
    "error, and the median latency from intended start is at most twice that of the lowest rate"
)


class Step(BaseModel, frozen=True):
    """What one rate came to: rates per second, durations in seconds from the intended start.

    `rate` is what was asked for, `offered` what became due; `why` says why it is not held, and is empty if it is.
    """

    rate: float
    offered: float
    achieved: float
    errors: float
    p50: float | None
    p99: float | None
    valid: bool
    why: str = ""

    @property
    def held(self) -> bool:
        """Whether the endpoint followed."""
        return not self.why


class Sweep(BaseModel, frozen=True):
    """A sweep: `knee` is the highest rate that was held, None if none was. `reached` says whether one was not."""

    version: Literal[1] = 1
    url: str
    rule: str = RULE
    knee: float | None
    reached: bool
    steps: list[Step]


def rates(text: str) -> list[float]:
    """Read `10..200/s`, `10..200/s:12` or `10..200/s:12:linear`, in requests per second. Raises `WrongUsage`.

    Steps are equal as factors, or as differences if linear.
    """
    ends, _, rest = text.partition(":")
    count, _, spacing = rest.partition(":")
    try:
        first, last = both_per_second(ends)
    except ValueError as error:
        raise WrongUsage(f"--sweep {text!r}: {error}") from None
    steps = _STEPS if not count else int(count) if count.isdecimal() else 0
    if not first < last or not 2 <= steps <= _MOST or spacing not in ("", "linear"):
        raise WrongUsage(f"--sweep {text!r}: expected LOW..HIGH/s[:STEPS[:linear]], with 2 to {_MOST} steps")
    shares = [number / (steps - 1) for number in range(steps)]
    if spacing:
        return [first + (last - first) * share for share in shares]
    return [float(first * (last / first) ** share) for share in shares]


def step(rate: float, told: Summary, before: Sequence[Step]) -> Step:
    """Judge what a rate came to, the lower ones having been measured `before`."""
    latency = told.metrics.get("e2e_intended")
    offered = told.rates.offered or 0.0
    made = Step(
        rate=rate,
        offered=offered,
        achieved=told.rates.achieved,
        errors=told.counts.error_rate,
        p50=latency["p50"] if latency else None,
        p99=latency["p99"] if latency else None,
        valid=told.valid,
    )
    usual = before[0].p50 if before else made.p50
    return made.model_copy(update={"why": _why(made, told, usual)})


def _why(made: Step, told: Summary, usual: float | None) -> str:
    if not made.valid:
        return "; ".join(told.problems)
    if not _follows(made, usual or 0.0, told.plan["phases_s"]["measure"]):
        return f"achieved {made.achieved / made.offered:.0%} of what was offered"
    if told.objectives:
        return f"missed {', '.join(one.text for one in told.missed)}" if told.missed else ""
    return _worse(made, usual)


def _follows(made: Step, usual: float, seconds: float) -> bool:
    """Say whether an endpoint followed. In short steps, a few more may be out at the end than at the start by chance.

    As many are out as come within the `usual` latency, and three times the root of that is what chance gives.
    """
    chance = _BY_CHANCE * sqrt(max(made.offered * usual, 1.0)) / seconds
    return made.achieved + chance >= _FOLLOWS * made.offered


def _worse(made: Step, usual: float | None) -> str:
    """Judge by what anybody wants where no objective is stated."""
    if made.errors > _ERRORS:
        return f"{made.errors:.1%} in error"
    if made.p50 and usual and made.p50 > _SLOWER * usual:
        return f"median latency {made.p50 / usual:.1f} times that of the lowest rate"
    return ""


def over(steps: Sequence[Step]) -> bool:
    """Say whether there is nothing more to learn: two rates in turn were not held, or the harness gave up."""
    return bool(steps) and (not steps[-1].valid or (len(steps) > 1 and not steps[-1].held and not steps[-2].held))


def concluded(url: str, steps: Sequence[Step]) -> Sweep:
    """Find the knee."""
    knee = max((one.rate for one in steps if one.held), default=None)
    return Sweep(url=url, knee=knee, reached=any(one.valid and not one.held for one in steps), steps=list(steps))


def table(told: Sweep) -> str:
    """Write it for a person."""
    head = ["rate [/s]", "offered", "achieved", "errors", "p50 [ms]", "p99 [ms]", ""]
    rows = [
        [
            f"{one.rate:.4g}",
            f"{one.offered:.1f}",
            f"{one.achieved:.1f}",
            f"{one.errors:.1%}",
            *("-" if figure is None else f"{figure * 1000:.1f}" for figure in (one.p50, one.p99)),
            "held" if one.held else f"{'not held' if one.valid else 'NOT VALID'}: {one.why}",
        ]
        for one in told.steps
    ]
    return "\n".join([columns([head, *rows]), "", _verdict(told), f"({RULE})"])


def _verdict(told: Sweep) -> str:
    if told.knee is None:
        return "no rate was held: the knee is below the lowest one"
    if told.reached:
        return f"knee: {told.knee:.4g}/s"
    why = "the harness gave up" if any(not one.valid for one in told.steps) else "higher rates were not tried"
    return f"knee: at least {told.knee:.4g}/s; {why}"
