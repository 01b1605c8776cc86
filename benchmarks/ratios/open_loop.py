"""A process of its own that calls a server at fixed times, and says how long its answers took from then on.

Asked `{"url": .., "schema": .., "rate": .., "seconds": .., "seed": ..}` on standard input, it answers with
percentiles in seconds, what went wrong, and what of it the harness is to blame for.
"""

import asyncio
import json
import sys
from time import time
from typing import Any

from azureml_bench import shape
from azureml_bench.load import Phases
from azureml_bench.plan import Plan
from azureml_bench.run import measure
from azureml_bench.summing import summary
from azureml_bench.target import Target
from azureml_emulator.simulation.arrivals import Poisson
from ratios.data import KEY
from ratios.processes import answer

WARM_UP, DRAIN = 0.5, 5.0


def ask(url: str, schema: str, rate: float, seconds: float, seed: int) -> dict[str, Any]:
    """Run a plan; the same seed sends at the same times."""
    target = Target(url, shape.known(schema), KEY, timeout=DRAIN)
    plan = Plan(target, Poisson(rate), phases=Phases(WARM_UP, seconds, DRAIN), seed=seed)
    told = summary(asyncio.run(measure(plan, time())))
    took = told.metrics.get("e2e_intended")
    return {
        "percentiles": {name: took[name] for name in ("p50", "p99")} if took else {},
        "bad": told.counts.requests - told.counts.ok,
        "problems": told.problems,
    }


def main() -> None:
    """Answer a line for each line."""
    for line in sys.stdin:
        answer(ask(**json.loads(line)))


if __name__ == "__main__":
    main()
