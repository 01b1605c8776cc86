"""What a locustfile needs: the user that Locust counts one of for each worker, and the shape that ends with the run.

A locustfile imports the two, since Locust looks for them there, and calls `run`.
"""

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent
from locust import LoadTestShape, User, events, runners, task

from azureml_bench.prompts import Made
from azureml_bench.swarm.worker import Worker
from azureml_bench.usage import WrongUsage

if TYPE_CHECKING:
    from azureml_bench.swarm.master import Master

__all__ = ["Conducted", "UntilTheRunIsOver", "run"]

_LIVENESS = 20
"""Seconds without a sign after which a worker is missing: on a busy machine, signs are late."""


class Conducted(User):
    """Stands for a worker in Locust's figures. The worker itself sends requests at times of its own."""

    @task
    def wait(self) -> None:
        """Let the worker do it."""
        gevent.sleep(1)


class UntilTheRunIsOver(LoadTestShape):
    """Has one user for each worker, until the master has told all."""

    master: "Master | None" = None

    def tick(self) -> tuple[int, float] | None:
        """Say how many users there are to be; None ends the test."""
        if self.master is None or self.master.over.is_set():
            return None
        count = max(len(self.master.workers()), 1)
        return count, float(count)


def run(plan: Path) -> None:
    """Have this process be the master or a worker of a run, as Locust was started. The plan is the master's."""
    runners.HEARTBEAT_LIVENESS = _LIVENESS
    Made().prompt(0)  # what takes its time to be loaded is, before anybody waits for a sign
    gc.collect()
    gc.freeze()

    def begin(environment: Any, **_: Any) -> None:
        if isinstance(environment.runner, runners.WorkerRunner):
            Worker(environment)
        elif isinstance(environment.runner, runners.MasterRunner):
            UntilTheRunIsOver.master = _master(environment, plan)
        else:
            raise SystemExit("azureml-bench: start locust with --master or with --worker")

    listeners: Any = events.init
    listeners.add_listener(begin)


def _master(environment: Any, plan: Path) -> "Master":
    from azureml_bench.swarm.master import Master
    from azureml_bench.swarm.order import read

    try:
        return Master(environment, read(plan), plan.parent)
    except WrongUsage as error:
        raise SystemExit(f"azureml-bench: {error}") from None
    except FileNotFoundError:
        raise SystemExit(f"azureml-bench: expected the plan {plan}, there is none") from None
