"""One measurement from its beginning to its end: a plan in, samples and the harness's health out."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from azureml_bench.caller import Caller, clock
from azureml_bench.health import Health, Watch
from azureml_bench.load import Load, Phases
from azureml_bench.outcome import DROPPED
from azureml_bench.plan import Plan
from azureml_bench.retries import Retries
from azureml_bench.sample import Sample

_FIRST = 16
"""So many requests are made before the clock starts."""


@dataclass
class Run:
    """What a plan came to. `began` is when, in Unix seconds; `lasted` how long, in seconds."""

    plan: Plan
    samples: list[Sample] = field(default_factory=list)
    health: Health = field(default_factory=Health)
    began: float = 0.0
    lasted: float = 0.0

    @property
    def phases(self) -> Phases:
        """The phases as they were: shorter than planned where somebody stopped the run."""
        planned, stopped = self.plan.phases, self.health.stopped
        if stopped is None or stopped >= planned.sending:
            return planned
        return planned._replace(measure=max(stopped - planned.warmup, 0.001))


Progress = Callable[[Sample], None]


class Begins(Protocol):
    """Hears that the clock runs, and whom to ask how many requests are out."""

    def __call__(self, in_flight: Callable[[], int]) -> None:
        """Take it."""


def unseen(sample: Sample) -> None:
    """Show nobody anything."""


def unheard(in_flight: Callable[[], int]) -> None:
    """Begin without a word."""


async def measure(plan: Plan, began: float, progress: Progress = unseen, begins: Begins = unheard) -> Run:
    """Run a plan. `progress` hears of each sample as it ends; `began` is now, in Unix seconds.

    Where it is cancelled while requests are sent, it gives what was measured until then, and says so in `health`.
    """
    run = Run(plan, began=began)
    first = {number: plan.prompts.prompt(number) for number in range(_FIRST)}
    now = clock()

    def heard(sample: Sample) -> None:
        if sample.outcome == DROPPED.name:
            caller.forget(sample.number)
        run.samples.append(sample)
        progress(sample)

    def prompt(number: int) -> str:
        return first.pop(number, None) or plan.prompts.prompt(number)

    async with Caller(plan.target, now, Retries(plan.retries, plan.seed)) as caller:
        load = Load(
            lambda number, phase, intended=None: caller.call(number, prompt, phase, intended),
            now,
            heard,
            lambda number: caller.prepare(number, prompt(number)),
        )
        watch = Watch(lambda: caller.connections)
        with _without_pauses():
            now.start()
            watch.start()
            begins(lambda: load.in_flight)
            stopped = await _sent(plan, load, now)
        delays = [(one.sent - one.intended) / 1e9 for one in run.samples if one.phase == "measure"]
        run.health = await watch.stop(delays)
        run.health.stopped = stopped
    run.lasted = now() / 1e9
    return run


async def _sent(plan: Plan, load: Load, now: Callable[[], int]) -> float | None:
    """Send all there is to send; give when somebody stopped it, None if nobody did."""
    try:
        if plan.closed:
            await load.closed_loop(plan.users, plan.phases, plan.pace)
        else:
            await load.open_loop(plan.dues(), plan.max_in_flight, plan.phases.drain)
    except asyncio.CancelledError:
        stopped = now() / 1e9
        task = asyncio.current_task()
        if task:
            task.uncancel()
        await load.cut()
        return stopped
    return None


@contextmanager
def _without_pauses() -> Iterator[None]:
    """Keep the garbage collector from stopping everything while it looks through all samples.

    Only the youngest objects are looked at meanwhile: what a request leaves behind in circles is among them.
    """
    gc.collect()
    gc.freeze()
    before = gc.get_threshold()
    gc.set_threshold(before[0], 1_000_000, 1_000_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
