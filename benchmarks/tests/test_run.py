"""A run from its beginning to its end, against real servers: its phases, its health, and what Ctrl-C leaves."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from odd_server import serving
from precedence import precedence
from ratios.emulator import serving as emulating

from azureml_bench.load import Phases
from azureml_bench.plan import Plan
from azureml_bench.run import Run, measure
from azureml_bench.sample import Sample
from azureml_bench.shape import known
from azureml_bench.summing import summary
from azureml_bench.target import Target
from azureml_emulator import Emulator, Endpoint
from azureml_emulator.loop import new_loop
from azureml_emulator.simulation.arrivals import Constant, Trace

KEY = "s3cret-key-of-the-endpoint"


def run(coroutine: Coroutine[Any, Any, Run]) -> Run:
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(asyncio.wait_for(coroutine, 30))


def measured(how: str, then: Callable[[Plan], Coroutine[Any, Any, Run]] | None = None, **settings: Any) -> Run:
    async def play() -> Run:
        async with serving() as server:
            target = Target(f"{server.url}/{how}", known("gpt2"), KEY, timeout=10)
            plan = Plan(target, **{"phases": Phases(0.0625, 0.125, 5), "arrivals": Constant(100), **settings})
            return await (then(plan) if then else measure(plan, 1000.0))

    return run(play())


def test_every_request_that_was_due_is_a_sample_of_its_phase() -> None:
    found = measured("ok")
    assert sorted(one.number for one in found.samples) == list(range(19))
    phases = [one.phase for one in sorted(found.samples, key=lambda one: one.number)]
    assert phases == ["warmup"] * 7 + ["measure"] * 12
    assert all(one.ok for one in found.samples)
    assert (found.began, found.health.stopped, len(found.health.delays)) == (1000.0, None, 12)
    assert found.health.sockets >= 1
    assert found.phases == found.plan.phases


@pytest.mark.slow
def test_prompts_are_all_different_and_those_of_their_numbers(tmp_path: Path) -> None:
    file = tmp_path / "calls.txt"
    file.write_text("".join(f"{number / 1000}\n" for number in range(40)), encoding="utf-8")
    bodies = []

    async def play() -> Run:
        async with serving() as server:
            plan = Plan(Target(f"{server.url}/ok", known("gpt2")), Trace(str(file)), phases=Phases(0, 0.05, 5))
            made = await measure(plan, 0.0)
            bodies.extend(server.bodies)
            return made

    found = run(play())
    assert len(found.samples) == 40
    assert set(bodies) == {found.plan.target.body(found.plan.prompts.prompt(number)) for number in range(40)}


@pytest.mark.slow
def test_a_closed_loop_has_no_intended_start() -> None:
    found = measured("ok", users=2, pace=0.02)
    assert all(one.intended == one.sent for one in found.samples)
    told = summary(found)
    assert told.closed
    assert any("it hides stalls" in one for one in told.warnings)


@pytest.mark.slow
def test_retries_are_told_apart() -> None:
    found = measured("throttled_once", retries=2)
    told = summary(found)
    again = [one for one in found.samples if one.tries > 1]
    assert [one.retried for one in again] == [("429",)]
    assert told.metrics["e2e"].n == sum(one.phase == "measure" and one.tries == 1 for one in found.samples)


@pytest.mark.slow
def test_what_was_measured_when_somebody_stops_it_is_kept() -> None:
    async def stopped(plan: Plan) -> Run:
        enough = asyncio.Event()

        def heard(sample: Sample) -> None:
            if sample.number >= 15:
                enough.set()

        task = asyncio.create_task(measure(plan, 0.0, heard))
        await enough.wait()
        task.cancel()
        return await task

    found = measured("ok", stopped, phases=Phases(0.05, 60, 5))
    assert found.health.stopped is not None
    assert 0.15 <= found.health.stopped < 20
    assert found.phases.measure == pytest.approx(found.health.stopped - 0.05)
    told = summary(found)
    assert told.counts.ok >= 1
    ended = sum(one.ok and 0.05 <= one.end / 1e9 < found.health.stopped for one in found.samples)
    assert told.rates.achieved == pytest.approx(ended / found.phases.measure)
    assert any(one.startswith("cut short: somebody stopped it after") for one in told.warnings)


@pytest.mark.slow
def test_what_is_out_when_somebody_stops_it_is_cut() -> None:
    async def stopped(plan: Plan) -> Run:
        task = asyncio.create_task(measure(plan, 0.0))
        await asyncio.sleep(0.2)
        task.cancel()
        return await task

    for users in (0, 3):
        found = measured("never", stopped, phases=Phases(0, 60, 5), users=users)
        assert {one.outcome for one in found.samples} == {"cut"}
        assert len(found.samples) == users or not users


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends no SIGINT to another process")
@pytest.mark.parametrize("load", [("--rate", "50/s"), ("--concurrency", "2"), ("--sweep", "20..50/s")])
def test_ctrl_c_leaves_what_was_measured(load: tuple[str, ...], tmp_path: Path) -> None:
    with Emulator([Endpoint("gpt2", schema="gpt2", key=KEY)]) as emulator:
        url = emulator["gpt2"].url
        command = [sys.executable, "-m", "azureml_bench", "run", url, "--schema", "gpt2", "--key-env", "THE_KEY"]
        file = tmp_path / "summary.json"
        with subprocess.Popen(
            [*command, *load, "--warmup", "0s", "--json", str(file)],
            env=os.environ | {"THE_KEY": KEY},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        ) as child:
            try:
                emulator["gpt2"].wait_for(20, timeout=60)
                child.send_signal(signal.SIGINT)
                said, _ = child.communicate(timeout=30)
            finally:
                child.kill()
    assert child.returncode == 130, said
    assert "Traceback" not in said
    assert KEY not in said
    told = json.loads(file.read_text(encoding="utf-8"))
    if "--sweep" not in load:
        assert told["counts"]["ok"] > 0
        assert "cut short" in said


def ran(url: str, *load: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "azureml_bench", "run", url, "--schema", "gpt2", "--key-env", "THE_KEY"]
    done = subprocess.run(
        [*command, *load, "--json", "-", "--quiet", "--warmup", "1s", "--for", "4s"],
        env=os.environ | {"THE_KEY": KEY},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=90,
    )
    return done.returncode, json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.usefixtures(precedence.__name__)
def test_a_harness_is_valid_that_keeps_up_and_invalid_when_it_does_not() -> None:
    """At 50 requests/s of an emulator that answers at once there is nothing wrong; 20000 are too many."""
    with emulating([{"name": "gpt2", "schema": "gpt2", "key": KEY}]) as served:
        url = f"http://127.0.0.1:{served.ports['gpt2']}/score"
        for _ in range(3):
            code, told = ran(url, "--rate", "50/s")
            if told["valid"]:
                break
        else:
            pytest.skip(f"the machine was too busy, 3 times: {told['problems']}")
        assert (code, told["problems"]) == (0, [])
        code, told = ran(url, "--rate", "20000/s", "--drain", "1s")
        assert (code, told["valid"]) == (3, False)
        assert any("harness" in one or "sent late" in one for one in told["problems"])
