"""The master of Locust: it tells the workers what to send and when to begin, and merges what they report.

It begins when every worker says that it is ready; should one come or go before, all prepare anew with other shares.
What is missing in the end is counted, and makes the run invalid.
"""

import logging
import signal
import time
from pathlib import Path
from typing import Any

import gevent
import locust
from gevent.event import Event

from azureml_bench.report.table import table
from azureml_bench.summary import BLOCK
from azureml_bench.swarm.merged import Engine, merged
from azureml_bench.swarm.order import Order
from azureml_bench.swarm.post import Received
from azureml_bench.swarm.share import sizes
from azureml_bench.swarm.worker import ACKNOWLEDGED, GO, GOING, PREPARE, READY, REPORT, STOP

IN = 1.0
"""Seconds from the message to the beginning: enough for it to arrive everywhere."""
_PREPARE_WITHIN = 60.0
_GRACE = 20.0
_LOOK = 0.1
_STOP_WITHIN = 5.0

INVALID, MISSED, INTERRUPTED = 3, 1, 130

log = logging.getLogger(__name__)


class Master:
    """Conducts one run, from Locust's start of a test to its end."""

    def __init__(self, environment: Any, order: Order, folder: Path) -> None:
        self._environment, self._order, self._folder = environment, order, folder
        self._runner = environment.runner
        self._plan = order.plan(key=False)
        self._epoch = 0
        self._ready: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        self._received: dict[str, Received] = {}
        self._went: dict[str, float] = {}
        self._heard_after: dict[str, float] = {}
        self._began = 0.0
        self._told = False
        self._stopped: float | None = None
        self.over = Event()
        self._runner.register_message(READY, self._on_ready)
        self._runner.register_message(GOING, self._on_going)
        self._runner.register_message(REPORT, self._on_report)
        environment.events.worker_report.add_listener(self._on_worker_report)
        environment.events.test_start.add_listener(self._on_test_start)
        environment.events.quitting.add_listener(self._on_quitting)

    def workers(self) -> list[str]:
        """Give the workers that are there, in an order that does not change."""
        nodes = self._runner.clients
        return sorted(one.id for one in (*nodes.ready, *nodes.spawning, *nodes.running))

    def _on_test_start(self, **_: Any) -> None:
        gevent.spawn(self._conduct)

    def _conduct(self) -> None:
        try:
            problem = self._prepare()
            if not problem:
                self._begin()
                self._wait()
            self._tell([problem] if problem else [])
        finally:
            self.over.set()

    def _prepare(self) -> str:
        """Have all workers prepare, anew whenever one came or went; say what went wrong, if anything."""
        until, asked = time.monotonic() + _PREPARE_WITHIN, list[str]()
        while time.monotonic() < until:
            there = self.workers()
            if there and there != asked:
                asked = there
                self._ask(asked)
            refused = [one for one in sorted(self._refused.items()) if one[0] in self._received]
            if refused:
                return "; ".join(f"worker {self._received[name].worker}: {text}" for name, text in refused)
            if asked and set(asked) <= self._ready.keys():
                others = set(self._ready.values()) - {self._plan.hash()}
                return "a worker made another plan: it has another version of azureml-emulator" if others else ""
            gevent.sleep(_LOOK)
        return f"not every worker was ready within {_PREPARE_WITHIN:g} s"

    def _ask(self, workers: list[str]) -> None:
        self._epoch += 1
        self._ready.clear()
        log.info("azureml: %d workers prepare", len(workers))
        for index, name in enumerate(workers):
            asked = {"epoch": self._epoch, "index": index, "of": len(workers), "block": BLOCK}
            self._runner.send_message(PREPARE, asked | {"order": self._order.document()}, name)
        expected = [None] * len(workers) if self._plan.closed else sizes(self._plan.dues(), len(workers))
        pairs = zip(workers, expected, strict=True)
        self._received = {name: Received(self._called(name, workers), number) for name, number in pairs}

    @staticmethod
    def _called(name: str, workers: list[str]) -> str:
        """Name a worker as people can read it: its number, and its machine."""
        return f"{workers.index(name) + 1} of {len(workers)} on {name.rpartition('_')[0] or name}"

    def _begin(self) -> None:
        for name in self._received:
            self._went[name] = time.perf_counter()
            self._runner.send_message(GO, {"epoch": self._epoch, "in_s": IN}, name)
        self._began = time.time() + IN
        log.info("azureml: %d workers begin", len(self._received))

    def _wait(self) -> None:
        """Wait until every worker has told all, or is lost; one that was thought lost may come back until then."""
        phases = self._plan.phases
        until = time.monotonic() + IN + phases.sending + phases.drain + _GRACE
        for number in (signal.SIGINT, signal.SIGTERM):
            gevent.signal_handler(number, self._stop)  # Locust itself would go at once
        while time.monotonic() < until and not self._stopped_for(_STOP_WITHIN):
            there = set(self.workers())
            if all(one.complete or name not in there for name, one in self._received.items()):
                return
            gevent.sleep(_LOOK)

    def _stop(self) -> None:
        """Have the workers stop: somebody ends the run."""
        if self._stopped is not None:
            return
        self._stopped = max(time.time() - self._began, 0.0)
        for name, one in self._received.items():
            one.expected = None  # what was not sent yet is not missing
            self._runner.send_message(STOP, {}, name)

    def _stopped_for(self, seconds: float) -> bool:
        return self._stopped is not None and time.time() - self._began - self._stopped > seconds

    def _on_ready(self, msg: Any, **_: Any) -> None:
        if msg.data["epoch"] != self._epoch:
            return
        if "error" in msg.data:
            self._refused[msg.node_id] = msg.data["error"]
        else:
            self._ready[msg.node_id] = msg.data["hash"]

    def _on_going(self, msg: Any, **_: Any) -> None:
        self._heard_after[msg.node_id] = time.perf_counter() - self._went[msg.node_id]

    def _on_report(self, msg: Any, **_: Any) -> None:
        self._take(msg.node_id, msg.data["reports"])

    def _on_worker_report(self, client_id: str, data: dict[str, Any]) -> None:
        if REPORT in data:
            self._take(client_id, data.pop(REPORT))

    def _take(self, name: str, reports: list[dict[str, Any]]) -> None:
        if name in self._received:
            numbers = self._received[name].take(reports)
            self._runner.send_message(ACKNOWLEDGED, {"numbers": numbers}, name)

    def _on_quitting(self, **_: Any) -> None:
        """Tell what there is, should Locust be ended from its web page, or because every worker is gone."""
        if self._began and not self._told:
            self._tell([])

    def _tell(self, problems: list[str]) -> None:
        """Merge, write what there is, and say it."""
        self._told = True
        self.over.set()
        workers = list(self._received.values())
        engine = Engine("locust", locust.__version__, max(self._heard_after.values(), default=0.0))
        asked = self._order.objectives
        record, told = merged(self._plan, workers, self._began, engine, asked, problems, self._stopped)
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "summary.json").write_text(told.model_dump_json(indent=2) + "\n", encoding="utf-8")
        if self._order.samples:
            with (self._folder / "requests.jsonl").open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{line}\n" for line in record.lines())
        print(table(told), flush=True)  # noqa: T201  it is the answer to whoever started the master
        code = INVALID if not told.valid else MISSED if told.missed else 0
        self._environment.process_exit_code = code if self._stopped is None else INTERRUPTED
