"""A worker of Locust: it takes its share of a run from the master, sends it, and reports what it counted.

First it prepares: it makes the plan and says that it is ready. When every worker is, the master says in how many
seconds the run begins, and each counts them from when it hears so: no two clocks have to agree. Workers begin as far
apart as that message takes to reach them, which the master measures.
"""

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from time import perf_counter_ns, process_time
from typing import Any

import gevent

from azureml_bench.objective import objectives
from azureml_bench.plan import Plan
from azureml_bench.retries import Retries
from azureml_bench.sample import Sample
from azureml_bench.swarm.buckets import Buckets
from azureml_bench.swarm.order import Order
from azureml_bench.swarm.post import Outbox
from azureml_bench.swarm.sender import Sender
from azureml_bench.swarm.share import Share
from azureml_bench.swarm.tally import Counting
from azureml_bench.swarm.user import Asking, user_class
from azureml_bench.usage import WrongUsage

PREPARE, READY, GO, GOING, STOP, REPORT, ACKNOWLEDGED = (
    f"azureml_{what}" for what in ("prepare", "ready", "go", "going", "stop", "report", "acknowledged")
)
_SECOND = 1_000_000_000
_LAG_EVERY = 0.02
_PATIENCE = 60

log = logging.getLogger(__name__)


class Stopped(Exception):
    """The master wants the run to end now."""


class Worker:
    """Listens to the master of a run, from the process's beginning to its end."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self._runner = environment.runner
        self._prepared: _Prepared | None = None
        self._outbox: Outbox | None = None
        self._running: Any = None
        self._runner.register_message(PREPARE, self._on_prepare, concurrent=True)
        self._runner.register_message(GO, self._on_go)
        self._runner.register_message(STOP, self._on_stop)
        self._runner.register_message(ACKNOWLEDGED, self._on_acknowledged)
        environment.events.report_to_master.add_listener(self._on_report)

    def _on_prepare(self, msg: Any, **_: Any) -> None:
        asked = msg.data
        share = Share(asked["index"], asked["of"])
        said: dict[str, Any] = {"epoch": asked["epoch"]}
        try:
            order = Order.of(asked["order"], "the master's plan")
            self._prepared = _Prepared(self._environment, order, share, asked["epoch"], asked["block"])
            said["hash"] = self._prepared.plan.hash()
        except (WrongUsage, ImportError, OSError) as error:
            log.error("azureml: %s", error)
            said["error"] = str(error)
        self._runner.send_message(READY, said)

    def _on_go(self, msg: Any, **_: Any) -> None:
        prepared = self._prepared
        if prepared is None or prepared.epoch != msg.data["epoch"] or self._outbox is not None:
            return
        prepared.zero = perf_counter_ns() + round(msg.data["in_s"] * _SECOND)
        self._outbox = Outbox()
        self._runner.send_message(GOING, {"epoch": prepared.epoch})
        self._running = gevent.spawn(self._run, prepared, self._outbox)

    def _on_stop(self, **_: Any) -> None:
        if self._outbox and not self._outbox.over:
            self._running.kill(Stopped, block=False)

    def _on_report(self, data: dict[str, Any], **_: Any) -> None:
        if self._prepared and self._outbox and self._prepared.zero and not self._outbox.over:
            data[REPORT] = self._outbox.reports(self._prepared.vitals())

    def _on_acknowledged(self, msg: Any, **_: Any) -> None:
        if self._outbox:
            self._outbox.acknowledged(msg.data["numbers"])

    def _run(self, prepared: "_Prepared", outbox: Outbox) -> None:
        with suppress(Stopped):
            prepared.send(outbox)
        outbox.close(prepared.vitals())
        for _ in range(_PATIENCE):
            if outbox.delivered:
                return
            self._runner.send_message(REPORT, {"reports": outbox.reports({})})
            gevent.sleep(1)
        log.error("azureml: the master did not acknowledge the last report")


class _Prepared:
    """All that a worker needs in order to begin at once."""

    def __init__(self, environment: Any, order: Order, share: Share, epoch: int, block: float) -> None:
        self.order, self.share, self.epoch = order, share, epoch
        self.plan: Plan = order.plan()
        limits = [one for one in objectives(order.objectives) if one.per_request]
        self._counting = Counting(self.plan.phases, block, self.plan.closed, limits)
        self.zero = 0
        self.max_in_flight = max(share.part(self.plan.max_in_flight), 1)
        users = share.part(self.plan.users) if self.plan.closed else self.max_in_flight
        made: Callable[..., Asking] = user_class(
            self.plan.target, concurrency=max(users, 1), retries=Retries(self.plan.retries, self.plan.seed)
        )
        self._user = made(environment, self.now)
        self.body(share.index)  # whatever is loaded only then is loaded now
        gc.freeze()
        self._cpu: tuple[int, float] | None = None

    def now(self) -> int:
        """Nanoseconds since the run began; below 0 before."""
        return perf_counter_ns() - self.zero

    def body(self, number: int) -> bytes:
        """Write the request of a number."""
        return self.plan.target.body(self.plan.prompts.prompt(number))

    def vitals(self) -> dict[str, float]:
        """Say how this worker does: the share of a core that it used since it began, and connections opened."""
        if self._cpu is None:
            return {}
        since, used = self._cpu
        lasted = (perf_counter_ns() - since) / _SECOND
        return {
            "cpu": (process_time() - used) / lasted if lasted else 0.0,
            "sockets": float(self._user.connections),
            "lasted": self.now() / _SECOND,
        }

    def send(self, outbox: Outbox) -> None:
        """Send this worker's share, counting into the outbox; ends when all has ended, or was cut."""

        def heard(sample: Sample) -> None:
            self._counting.add(outbox.now, sample)
            outbox.sent = sender.sent
            if self.order.samples:
                outbox.lines.append(sample.line())

        sender = Sender(self._user.ask, self.body, self.now, heard)
        self._cpu = perf_counter_ns(), process_time()
        watch = gevent.spawn(self._watch, outbox)
        try:
            self._send(sender)
        finally:
            sender.cut()
            outbox.sent = sender.sent
            watch.kill()

    def _send(self, sender: Sender) -> None:
        if self.plan.closed:
            users = range(self.share.index, self.plan.users, self.share.of)
            sender.closed_loop([count(user, self.plan.users) for user in users], self.plan.phases, self.plan.pace)
        else:
            dues: Iterator[Any] = self.share.dues(self.plan.dues())
            sender.open_loop(dues, self.max_in_flight, self.plan.phases)

    def _watch(self, outbox: Outbox) -> None:
        """Count how late this process is woken, which is how busy it is."""
        while True:
            due = perf_counter_ns() + round(_LAG_EVERY * _SECOND)
            gevent.sleep(_LAG_EVERY)
            lags: Buckets = outbox.now.lags
            lags.add(max(perf_counter_ns() - due, 0) / _SECOND)
