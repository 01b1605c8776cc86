"""Measures two endpoints by turns, block by block, so that whatever else the machine does meets both alike."""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal, NamedTuple

from azureml_bench.comparison import Figure, Pair, Side, undisturbed
from azureml_bench.plan import Plan
from azureml_bench.prompts import Prompts, Unique
from azureml_bench.run import Run, measure
from azureml_bench.summary import Summary
from azureml_bench.summing import summary

Name = Literal["base", "head"]

_APART = 1_000_000
"""Between the numbers of one pair's prompts and those of the next: more requests than a block has."""


class Blocks(NamedTuple):
    """How many pairs, how long each block is measured, and for how long before that it only settles; in seconds."""

    pairs: int = 12
    lasts: float = 2.0
    settle: float = 0.5

    @property
    def seconds(self) -> float:
        """How long it takes, but for waiting for the last answer of each block."""
        return 2 * self.pairs * (self.lasts + self.settle)


@dataclass(frozen=True)
class Shifted(Prompts):
    """Another source's prompts from a number on."""

    source: Prompts
    by: int

    def prompt(self, number: int) -> str:
        return self.source.prompt(number + self.by)

    def described(self) -> str:
        return self.source.described()


def order(pairs: int, lots: Random) -> list[tuple[Name, Name]]:
    """Give who goes first and who second in each pair: each side goes first in half of them, drawn by lot.

    Whatever comes from being the first is in both sides then, and what comes again and again cannot keep step with
    one of them. Of an odd number, a coin decides about one.
    """
    base: tuple[Name, Name] = ("base", "head")
    head: tuple[Name, Name] = ("head", "base")
    drawn = [base, head] * (pairs // 2) + [base if lots.random() < 0.5 else head] * (pairs % 2)
    lots.shuffle(drawn)
    return drawn


def block(plan: Plan, blocks: Blocks, pair: int, side: Name) -> Plan:
    """Make the plan of one block.

    Both sides of a pair have the same instants and the same texts. What makes prompts unique is each side's own:
    where both are one server, the second to be asked would find the first one's prompts in its cache.
    """
    prompts: Prompts = Shifted(plan.prompts, pair * _APART)
    if isinstance(plan.prompts, Unique):
        mark = (plan.prompts.seed * 1_000_003 + pair) * 2 + (side == "head")
        prompts = Unique(Shifted(plan.prompts.source, pair * _APART), mark)
    phases = plan.phases._replace(warmup=blocks.settle, measure=blocks.lasts)
    return replace(plan, phases=phases, prompts=prompts, seed=plan.seed * 1_000_003 + pair)


def side(told: Summary, figures: Iterable[Figure]) -> Side:
    """Take of a summary what is compared. No good answer at all is no fault of the harness, and its last problem."""
    return Side(
        figures={
            str(figure): told.metrics[figure.metric][figure.which]
            for figure in figures
            if figure.metric in told.metrics
        },
        requests=told.counts.ended,
        bad=told.counts.bad,
        lag=told.harness.lag.mean if told.harness.lag else 0.0,
        problems=told.problems if told.counts.ok else told.problems[:-1],
    )


Measure = Callable[[Plan], Awaitable[Run]]
Heard = Callable[[int, Pair], None]


async def now(plan: Plan) -> Run:
    """Measure a plan, beginning now."""
    return await measure(plan, time.time())


async def interleave(
    plans: dict[Name, Plan],
    blocks: Blocks,
    figures: Sequence[Figure],
    lots: Random,
    heard: Heard,
    measured: Measure = now,
) -> list[Pair]:
    """Measure all pairs. `heard` is told of each, by its number from 0; `lots` decide who goes first.

    Each side is warmed up before, with the load of a block and for as long as its plan says; that counts for nothing.
    In place of pairs that were disturbed others are measured, as many again at most. When somebody stops it, it gives
    the pairs that were complete.
    """
    pairs: list[Pair] = []
    for name, plan in plans.items():
        warm = block(plan, blocks._replace(lasts=plan.phases.warmup, settle=0), 2 * blocks.pairs, name)
        if plan.phases.warmup and (await measured(warm)).health.stopped is not None:
            return pairs
    for turns in order(blocks.pairs, lots) + order(blocks.pairs, lots):
        if len(undisturbed(pairs)) >= blocks.pairs:
            break
        sides = {}
        for name in turns:
            run = await measured(block(plans[name], blocks, len(pairs), name))
            if run.health.stopped is not None:
                return pairs
            sides[name] = side(summary(run), figures)
        pairs.append(Pair(first=turns[0], base=sides["base"], head=sides["head"]))
        heard(len(pairs) - 1, pairs[-1])
    return pairs
