"""How two sides take turns: what each block is asked, and what becomes of disturbed ones."""

import asyncio
from collections import Counter
from random import Random
from typing import Any

import pytest

from azureml_bench import shape
from azureml_bench.comparison import DECIDES, TOLD, Pair, Rules, of_pairs
from azureml_bench.health import Health
from azureml_bench.interleaving import Blocks, block, interleave, order, side
from azureml_bench.load import Phases
from azureml_bench.plan import Plan
from azureml_bench.prompts import Made, Repeated, Unique
from azureml_bench.run import Run
from azureml_bench.sample import Sample
from azureml_bench.summing import summary
from azureml_bench.target import Target
from azureml_bench.verdict import Verdict
from azureml_emulator.simulation.arrivals import Poisson

BLOCKS = Blocks(pairs=8, lasts=1.0, settle=0.5)


def plan(url: str, **settings: Any) -> Plan:
    return Plan(
        Target(url, shape.known("gpt2")),
        Poisson(10.0),
        **{"prompts": Unique(Made(words=5, seed=3), 3), "seed": 3, "phases": Phases(warmup=1.0), **settings},
    )


PLANS = {"base": plan("http://base/score"), "head": plan("http://head/score")}


@pytest.mark.parametrize("pairs", [1, 2, 5, 12])
def test_each_side_goes_first_in_half_of_the_pairs(pairs: int) -> None:
    for seed in range(20):
        found = Counter(order(pairs, Random(seed)))
        assert sum(found.values()) == pairs
        assert abs(found["base", "head"] - found["head", "base"]) <= pairs % 2


def test_the_order_is_drawn() -> None:
    drawn = Counter(tuple(order(4, Random(seed))) for seed in range(600))
    assert len(drawn) == 6
    assert min(drawn.values()) > 60
    assert order(6, Random(1)) == order(6, Random(1))


def test_both_sides_of_a_pair_are_asked_the_same_at_the_same_times() -> None:
    base, head = (block(PLANS[name], BLOCKS, 4, name) for name in ("base", "head"))  # type: ignore[index,arg-type]
    assert list(base.dues()) == list(head.dues())
    texts = [[one.partition("] ")[2] for one in made.some_prompts(5)] for made in (base, head)]
    assert texts[0] == texts[1]
    assert base.phases == (0.5, 1.0, 30.0)
    assert (base.target.url, head.target.url) == ("http://base/score", "http://head/score")


def test_no_prompt_is_sent_twice() -> None:
    made = [block(PLANS[name], BLOCKS, number, name) for number in range(3) for name in ("base", "head")]  # type: ignore[index,arg-type]
    prompts = [prompt for one in made for prompt in one.some_prompts(5)]
    assert len(set(prompts)) == len(prompts)
    assert list(made[0].dues()) != list(made[2].dues())


def test_prompts_that_are_to_be_repeated_are() -> None:
    repeated = plan("http://base/score", prompts=Repeated("hello"))
    assert block(repeated, BLOCKS, 4, "head").some_prompts(3) == ["hello"] * 3


class Machine:
    """Answers in a made-up time: `latency` of a side, and what is `on` its mind during a block."""

    def __init__(
        self, slower: float = 1.0, busy: Any = lambda number: 0.0, stops: int = -1, status: int = 200
    ) -> None:
        self.asked: list[str] = []
        self.random, self.slower, self.busy, self.stops, self.status = Random(5), slower, busy, stops, status

    async def __call__(self, plan: Plan) -> Run:
        name = plan.target.url.removeprefix("http://").partition("/")[0]
        number = len(self.asked)
        self.asked.append(name)
        head, busy = name == "head", self.busy(number)
        latency = 0.1 * (self.slower if head else 1) * self.random.gauss(1, 0.005) + 4 * busy
        bad = {"outcome": "5xx", "status": 500} if head and self.status != 200 else {"status": 200}
        samples = [
            Sample(due.number, due.phase, due.at, due.at, due.at + round(latency * 1e9), **bad)  # type: ignore[arg-type]
            for due in plan.dues()
        ]
        health = Health([0.0] * len(samples), [0.0002 + busy] * 50, 0.1, 1)
        health.stopped = 0.1 if number == self.stops else None
        return Run(plan, samples, health)


def compared(machine: Machine, blocks: Blocks = BLOCKS) -> list[Pair]:
    heard: list[int] = []
    found = asyncio.run(
        interleave(PLANS, blocks, TOLD, Random(1), lambda number, pair: heard.append(number), machine)  # type: ignore[arg-type]
    )
    assert heard == list(range(len(found)))
    return found


def test_sides_are_warmed_up_and_take_turns() -> None:
    machine = Machine(slower=1.1)
    found = compared(machine)
    assert machine.asked[:2] == ["base", "head"]
    assert len(machine.asked) == 2 + 16
    assert [machine.asked[2 + 2 * number] for number in range(8)] == [pair.first for pair in found]
    told = of_pairs(found, Rules())
    assert told.verdict is Verdict.SLOWER
    assert told.effects[0].change == pytest.approx(0.1, abs=0.01)
    assert told.effects[0].figure == str(DECIDES)


def test_disturbed_pairs_are_measured_again() -> None:
    found = compared(Machine(busy=lambda number: 0.5 if 6 <= number < 9 else 0.0))
    told = of_pairs(found, Rules())
    assert (len(found), told.compared) == (10, 8)
    assert told.verdict is Verdict.NOT_SLOWER


def test_a_machine_that_is_disturbed_again_and_again_is_not_waited_for() -> None:
    found = compared(Machine(busy=lambda number: (0.5 + number / 100) * (number % 2)), Blocks(pairs=6))
    assert (len(found), of_pairs(found, Rules()).verdict) == (11, Verdict.CANNOT_TELL)


def test_an_endpoint_that_fails_is_no_fault_of_the_harness() -> None:
    found = compared(Machine(status=500))
    assert all(pair.head.bad == pair.head.requests > 0 for pair in found)
    assert not any(pair.head.problems for pair in found)
    assert of_pairs(found, Rules()).verdict is Verdict.WORSE


@pytest.mark.parametrize(("stops", "pairs"), [(0, 0), (2, 0), (3, 0), (4, 1), (9, 3)])
def test_what_somebody_stopped_has_the_pairs_until_then(stops: int, pairs: int) -> None:
    assert len(compared(Machine(stops=stops))) == pairs


def test_of_a_summary_is_taken_what_is_compared() -> None:
    run = asyncio.run(Machine()(block(PLANS["base"], BLOCKS, 0, "base")))
    told = summary(run)
    found = side(told, TOLD)
    assert found.figures == {"e2e:p50": told.metrics["e2e"]["p50"], "e2e:p99": told.metrics["e2e"]["p99"]}
    assert (found.requests, found.bad, found.problems) == (told.counts.requests, 0, [])
    assert found.lag == pytest.approx(0.0002)
