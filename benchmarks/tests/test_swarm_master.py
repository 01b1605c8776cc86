"""The master with workers that come and go before the start, and one that stands for others: no socket is opened."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,  # Locust takes a second or two to be loaded
    pytest.mark.skipif(find_spec("locust") is None, reason="the extra `locust` is not installed"),
]

STAGE = """
import json, sys
from pathlib import Path
from types import SimpleNamespace
import gevent, locust
from locust.event import Events
from azureml_bench.load import Phases
from azureml_bench.sample import Sample
from azureml_bench.swarm.master import Master
from azureml_bench.swarm.order import Order
from azureml_bench.swarm.post import Outbox
from azureml_bench.swarm.share import Share
from azureml_bench.swarm.tally import Counting
from azureml_bench.swarm.worker import GO, GOING, PREPARE, READY, REPORT

class Runner:
    '''What the master sees of Locust: workers by name, and messages.'''
    def __init__(self, *names):
        self.there, self.listeners, self.sent = list(names), {}, []
    @property
    def clients(self):
        return SimpleNamespace(ready=[SimpleNamespace(id=name) for name in self.there], spawning=[], running=[])
    def register_message(self, name, listener, concurrent=False):
        self.listeners[name] = listener
    def send_message(self, name, data, worker):
        self.sent.append((name, data, worker))
    def hear(self, name, worker, data):
        self.listeners[name](msg=SimpleNamespace(node_id=worker, data=data))
    def asked(self, name):
        return [(worker, data) for sent, data, worker in self.sent if sent == name]

def meet(*names):
    runner = Runner(*names)
    environment = SimpleNamespace(events=Events(), runner=runner, process_exit_code=None)
    order = Order("http://127.0.0.1:9/score", {"schema": "gpt2", "rate": "50/s", "lasts": 2.0, "warmup": 0.0})
    master = Master(environment, order, Path(sys.argv[1]) / names[0])
    environment.events.test_start.fire(environment=environment)
    gevent.sleep(0.3)
    return runner, master, order.plan()

def answer(runner, plan, **more):
    epoch = max(data["epoch"] for _, data in runner.asked(PREPARE))
    for worker, data in runner.asked(PREPARE):
        if data["epoch"] == epoch and worker in runner.there:
            runner.hear(READY, worker, {"epoch": epoch, "hash": plan.hash()} | more)
    gevent.sleep(0.3)

def measure(runner, plan, worker, share, last=True):
    how, outbox = Counting(plan.phases, 2.0), Outbox()
    for due in share.dues(plan.dues()):
        how.add(outbox.now, sample := Sample(due.number, due.phase, due.at, due.at, due.at + 50_000_000))
        outbox.lines.append(sample.line())
        outbox.sent += 1
    outbox.close({"cpu": 0.1}) if last else None
    runner.hear(REPORT, worker, {"reports": outbox.reports({"cpu": 0.1})})

def summary(name):
    return json.loads((Path(sys.argv[1]) / name / "summary.json").read_text())

told = {}
# one comes while the others prepare, one goes
runner, master, plan = meet("one", "two", "three")
told["first"] = [(worker, data["index"], data["of"]) for worker, data in runner.asked(PREPARE)]
runner.there = ["one", "two", "four", "five"]
answer(runner, plan)
told["went too early"] = len(runner.asked(GO))
again = max(data["epoch"] for _, data in runner.asked(PREPARE))
anew = [one for one in runner.asked(PREPARE) if one[1]["epoch"] == again]
told["then"] = [(worker, data["index"], data["of"]) for worker, data in anew]
runner.hear(READY, "one", {"epoch": again - 1, "hash": "of an earlier one"})
answer(runner, plan)
told["went"] = [worker for worker, _ in runner.asked(GO)]
for worker in told["went"]:
    runner.hear(GOING, worker, {})
for index, worker in enumerate(told["went"]):
    measure(runner, plan, worker, Share(index, 4))
told["over"] = master.over.wait(20)
told["summary"] = summary("one")
# one that prepares cannot
runner, master, plan = meet("cannot")
answer(runner, plan, error="no key here")
told["refused over"] = master.over.wait(20)
told["refused"] = summary("cannot")["problems"]
# one has another plan
runner, master, plan = meet("other")
answer(runner, plan, hash="another")
told["other over"] = master.over.wait(20)
told["other"] = summary("other")["problems"]
# one tells all but that it was the last, and goes
runner, master, plan = meet("gone", "here")
answer(runner, plan)
measure(runner, plan, "gone", Share(0, 2), last=False)
measure(runner, plan, "here", Share(1, 2))
runner.hear(REPORT, "stranger", {"reports": []})
runner.there = ["here"]
told["gone over"] = master.over.wait(20)
told["gone"] = summary("gone")
json.dump(told, sys.stdout)
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("master")
    done = subprocess.run(
        [sys.executable, "-c", STAGE, str(folder)], capture_output=True, text=True, check=False, timeout=150
    )
    assert done.returncode == 0, done.stderr
    (Path(folder) / "told.txt").write_text(done.stdout)
    return json.loads(done.stdout[done.stdout.index('{"first"') :])


def test_workers_that_come_and_go_before_the_start_have_all_prepare_anew(told: Any) -> None:
    assert told["first"] == [["one", 0, 3], ["three", 1, 3], ["two", 2, 3]]
    assert told["went too early"] == 0
    assert told["then"] == [["five", 0, 4], ["four", 1, 4], ["one", 2, 4], ["two", 3, 4]]
    assert told["went"] == ["five", "four", "one", "two"]
    assert told["over"]
    assert told["summary"]["valid"], told["summary"]["problems"]
    assert told["summary"]["plan"]["engine"]["workers"] == 4
    assert told["summary"]["counts"]["ok"] == told["summary"]["counts"]["requests"] > 50


def test_what_a_worker_cannot_do_is_told(told: Any) -> None:
    assert told["refused over"]
    assert told["refused"][0] == "worker 1 of 1 on cannot: no key here"
    assert told["other over"]
    assert "another version of azureml-emulator" in told["other"][0]


def test_who_goes_before_the_last_report_is_lost(told: Any) -> None:
    assert told["gone over"]
    assert not told["gone"]["valid"]
    assert told["gone"]["problems"][0].startswith("worker 1 of 2 on gone was lost, after all")
