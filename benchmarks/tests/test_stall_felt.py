"""A server stalls for 2 s, once in 20 s at 100 requests/s: what the command says of it, open loop and closed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from precedence import precedence
from stalling_server import latency

from azureml_bench.distribution import percentile
from azureml_bench.load import Phases
from azureml_bench.plan import Plan
from azureml_bench.shape import known
from azureml_bench.target import Target
from azureml_emulator.simulation.arrivals import Arrivals

HERE = Path(__file__).parent
LASTS = 20.0
SEED = 3
TRIES = 3


@contextmanager
def stalling() -> Iterator[str]:
    with subprocess.Popen([sys.executable, str(HERE / "stalling_server.py")], stdout=subprocess.PIPE) as server:
        assert server.stdout
        yield f"http://127.0.0.1:{int(server.stdout.readline())}/score"
        server.kill()


def measured(*load: str) -> tuple[dict[str, Any], str]:
    """Run the command; give its summary and what it says."""
    with stalling() as url:
        command = [sys.executable, "-m", "azureml_bench", "run", url, "--schema", "gpt2", "--json", "-", "--quiet"]
        asked = [*command, *load, "--for", f"{LASTS}s", "--warmup", "0s", "--seed", str(SEED)]
        done = subprocess.run(asked, capture_output=True, encoding="utf-8", check=False, timeout=90)
    return json.loads(done.stdout), done.stderr


def busy(summary: dict[str, Any]) -> bool:
    """Whether the machine had so much else to do that the harness, or the server, could not keep its time."""
    harness = summary["harness"]
    return not summary["valid"] or (harness["delay"] or harness["lag"])["percentiles"]["p99"] > 0.02


@pytest.mark.slow
@pytest.mark.usefixtures(precedence.__name__)
def test_the_p99_from_intended_start_is_true() -> None:
    target = Target("http://127.0.0.1/", known("gpt2"))
    plan = Plan(target, Arrivals.read("poisson:100/s"), phases=Phases(0, LASTS, 30), seed=SEED)
    due = [one.at / 1e9 for one in plan.dues()]
    truth = sorted(latency(at - due[0]) for at in due)
    assert percentile(truth, 99) > 1.7
    expected = {
        "p99": pytest.approx(percentile(truth, 99), rel=0.05),
        "p95": pytest.approx(percentile(truth, 95), rel=0.1),
    }
    for _ in range(TRIES):
        summary, _ = measured("--rate", "100/s")
        assert summary["counts"]["ok"] == len(due)
        told = summary["metrics"]["e2e_intended"]["percentiles"]
        if {name: told[name] for name in expected} == expected or not busy(summary):
            break
    else:
        pytest.skip(f"the machine was too busy, {TRIES} times: {summary['harness']}")
    assert {name: told[name] for name in expected} == expected


@pytest.mark.slow
@pytest.mark.usefixtures(precedence.__name__)
def test_a_closed_loop_says_that_it_hides_the_stall() -> None:
    summary, said = measured("--concurrency", "10", "--pace", "100ms")
    assert "e2e_intended" not in summary["metrics"]
    assert summary["metrics"]["e2e"]["percentiles"]["p99"] < 1
    assert summary["metrics"]["e2e"]["max"] > 1.9
    assert "closed loop of 10 users" in said
    assert "it hides stalls" in said
    assert "nothing was answered although they waited" in said
    assert "10 of " in said
