"""One measurement from its beginning to its end: a plan in, samples and the harness's health out."""

from collections.abc import Callable
from dataclasses import dataclass, field

from azureml_bench.caller import Caller, clock
from azureml_bench.health import Health, Watch
from azureml_bench.load import Load
from azureml_bench.plan import Plan
from azureml_bench.sample import Sample


@dataclass
class Run:
    """What a plan came to. `began` is when, in Unix seconds; `lasted` how long, in seconds."""

    plan: Plan
    samples: list[Sample] = field(default_factory=list)
    health: Health = field(default_factory=Health)
    began: float = 0.0
    lasted: float = 0.0


Progress = Callable[[Sample], None]


def unseen(sample: Sample) -> None:
    """Show nobody anything."""


async def measure(plan: Plan, began: float, progress: Progress = unseen) -> Run:
    """Run a plan. `progress` hears of each sample as it ends; `began` is now, in Unix seconds."""
    run = Run(plan, began=began)

    def heard(sample: Sample) -> None:
        run.samples.append(sample)
        progress(sample)

    now = clock()
    async with Caller(plan.target, now) as caller:

        async def call(number: int, phase: str, intended: int | None = None) -> Sample:
            return await caller.call(number, plan.prompts.prompt(number), phase, intended)

        load, watch = Load(call, now, heard), Watch(lambda: caller.connections)
        watch.start()
        if plan.closed:
            await load.closed_loop(plan.users, plan.phases, plan.pace)
        else:
            await load.open_loop(plan.dues(), plan.max_in_flight, plan.phases.drain)
        delays = [(one.sent - one.intended) / 1e9 for one in run.samples if one.phase == "measure"]
        run.health = await watch.stop(delays)
    run.lasted = now() / 1e9
    return run
