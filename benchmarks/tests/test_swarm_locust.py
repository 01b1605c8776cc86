"""Locust itself, its master and workers each a process of its own, against the emulator in yet another one."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from precedence import precedence

from azureml_bench.summary import Summary
from azureml_bench.swarm.launch import master_command, worker_command, written
from azureml_bench.swarm.order import Order

pytest.importorskip("hdrh")
pytestmark = pytest.mark.slow

KEY = "a-key-that-nobody-may-see"
LATENCY = {"type": "lognormal", "median_ms": 50, "p99_ms": 300}
WITHIN = 150.0


def locust_is_installed() -> bool:
    from importlib.util import find_spec

    return find_spec("locust") is not None


needs_locust = pytest.mark.skipif(not locust_is_installed(), reason="the extra `locust` is not installed")


@contextmanager
def process(command: Sequence[str], log: Path, **more: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Run it, and end it whatever happens."""
    with log.open("ab") as out:
        started = subprocess.Popen(
            command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env={**os.environ, "THE_KEY": KEY}, **more
        )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.terminate()
            try:
                started.wait(10)
            except subprocess.TimeoutExpired:
                started.kill()
        started.wait()


def eventually(what: Callable[[], Any], within: float = WITHIN) -> Any:
    until = time.monotonic() + within
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    pytest.fail("it did not happen in time")


@contextmanager
def emulator(folder: Path, host: str = "127.0.0.1", prefix: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """Serve an endpoint with spread-out latencies and one that streams: their URLs."""
    ready = folder / "ready.json"
    ports = {"spread": free_port(), "tokens": free_port()}
    endpoints: list[dict[str, Any]] = [
        {"name": "spread", "schema": "gpt2", "latency": LATENCY, "key": KEY, "port": ports["spread"]},
        {
            "name": "tokens",
            "schema": "chat",
            "latency": {"type": "tokens", "first_ms": 100, "gap_ms": 40},
            "key": KEY,
            "port": ports["tokens"],
        },
    ]
    config = folder / "emulator.json"
    config.write_text(
        json.dumps({"host": host, "port": free_port(), "ready_file": str(ready), "endpoints": endpoints})
    )
    command = [*prefix, sys.executable, "-m", "azureml_emulator", "serve", "--config", str(config)]
    with process(command, folder / "emulator.log"):
        eventually(ready.exists)
        yield {
            "spread": f"http://{host}:{ports['spread']}/score",
            "tokens": f"http://{host}:{ports['tokens']}/v1/chat/completions",
        }


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def bench(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "azureml_bench", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=300, env={**os.environ, "THE_KEY": KEY}, check=False
    )


def summary(folder: Path) -> Summary:
    return Summary.model_validate_json((folder / "summary.json").read_bytes())


def rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "requests.jsonl").read_text().splitlines()[1:]]


def busy(*told: Summary) -> bool:
    """Whether a harness says that the machine had no time for it."""
    return any(not one.valid or (one.harness.delay is not None and one.harness.delay["p99"] > 0.005) for one in told)


@needs_locust
@pytest.mark.usefixtures(precedence.__name__)
def test_four_workers_measure_what_one_process_does(tmp_path: Path) -> None:
    load = ["--schema", "gpt2", "--key-env", "THE_KEY", "--rate", "50/s", "--for", "24s", "--warmup", "2s"]
    with emulator(tmp_path) as urls:
        for attempt in range(3):
            one, four = tmp_path / f"one-{attempt}", tmp_path / f"four-{attempt}"
            alone = bench("run", urls["spread"], *load, "--seed", "5", "--out", str(one))
            assert alone.returncode in (0, 3), alone.stderr
            done = bench(
                "locust", urls["spread"], *load, "--seed", "5", "--workers", "4", "--out", str(four), "--run"
            )
            assert (four / "summary.json").exists(), done.stderr + (four / "locust.log").read_text()
            left, right = summary(one), summary(four)
            # no request is lost, and each was due when the one process had it due
            due = [
                sorted((row["number"], row["phase"], row["intended"]) for row in rows(each)) for each in (one, four)
            ]
            assert due[0] == due[1]
            assert right.counts.requests == left.counts.requests > 1000
            assert right.plan_hash == left.plan_hash
            assert right.plan["engine"]["workers"] == 4
            assert not any("missing" in text or "lost" in text for text in right.problems)
            assert not any(KEY in file.read_text(errors="replace") for file in four.iterdir() if file.is_file())
            apart = {
                which: abs(right.metrics["e2e"][which] / left.metrics["e2e"][which] - 1)
                for which in ("p50", "p75", "p90", "p95", "p99")
            }
            if max(apart.values()) < 0.1:
                assert done.returncode == (0 if right.valid else 3)
                assert "end to end" in done.stdout
                return
            assert busy(left, right), apart
    pytest.skip(f"the machine was too busy, three times: {apart}")


@contextmanager
def swarm(folder: Path, order: Order, host: str = "127.0.0.1") -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Run master and workers as `azureml-bench locust --run` does, the master first."""
    file, port = written(order, folder), free_port()
    with ExitStack() as stack:
        commands = [master_command(order, file, port, host), *[worker_command(file, port, host)] * order.workers]
        yield [stack.enter_context(process(command, folder / "locust.log")) for command in commands]


def begun(folder: Path) -> bool:
    return "workers begin" in (folder / "locust.log").read_text(errors="replace")


@needs_locust
@pytest.mark.parametrize("rows_too", [True, False])
def test_a_worker_that_is_killed_makes_the_run_invalid_and_is_counted(tmp_path: Path, rows_too: bool) -> None:
    options = {"schema": "gpt2", "key_env": "THE_KEY", "rate": "40/s", "lasts": 16.0, "warmup": 1.0, "drain": 5.0}
    folder = tmp_path / "out"
    with emulator(tmp_path) as urls, swarm(folder, Order(urls["spread"], options, 3, rows_too)) as (master, *workers):
        eventually(lambda: begun(folder))
        time.sleep(9)
        workers[1].kill()
        assert eventually(lambda: master.poll() is not None)
        assert master.returncode == 3
    told = summary(folder)
    assert not told.valid
    due = len(list(Order(urls["spread"], options).plan(key=False).dues()))
    lost = [text for text in told.problems if "was lost" in text]
    assert len(lost) == 1
    missing, of = (int(word) for word in lost[0].split() if word.isdigit() and lost[0].index(word) > 20)
    assert of in (due // 3, due // 3 + 1)
    assert 0 < missing <= of  # all, where the machine was too busy for its first report
    assert told.counts.requests <= due - missing
    if rows_too:
        assert len(rows(folder)) == due - missing
    assert "NOT VALID" in (folder / "locust.log").read_text(errors="replace").upper()


@needs_locust
def test_a_worker_that_stands_still_for_a_while_loses_nothing(tmp_path: Path) -> None:
    if not hasattr(signal, "SIGSTOP"):
        pytest.skip("this system cannot stop a process")
    options = {"schema": "gpt2", "key_env": "THE_KEY", "rate": "30/s", "lasts": 10.0, "warmup": 1.0, "drain": 5.0}
    folder = tmp_path / "out"
    with emulator(tmp_path) as urls, swarm(folder, Order(urls["spread"], options, 2)) as (master, *workers):
        eventually(lambda: begun(folder))
        time.sleep(4)
        workers[0].send_signal(signal.SIGSTOP)
        time.sleep(3)
        workers[0].send_signal(signal.SIGCONT)
        assert eventually(lambda: master.poll() is not None)
    told = summary(folder)
    assert len(rows(folder)) == len(list(Order(urls["spread"], options).plan(key=False).dues()))
    assert not any("lost" in text for text in told.problems)
    assert told.harness.delay is not None
    assert told.harness.delay.max > 2
    assert told.metrics["e2e_intended"].max > 2


@needs_locust
@pytest.mark.skipif(os.name != "posix", reason="elsewhere a process cannot be sent Ctrl-C alone")
def test_what_ctrl_c_left_is_told(tmp_path: Path) -> None:
    out = tmp_path / "out"
    load = ["--schema", "gpt2", "--key-env", "THE_KEY", "--rate", "30/s", "--for", "60s", "--warmup", "1s"]
    with emulator(tmp_path) as urls:
        command = [sys.executable, "-m", "azureml_bench", "locust", urls["spread"], *load]
        command += ["--workers", "2", "--out", str(out), "--run"]
        with process(command, tmp_path / "bench.log") as running:
            eventually(lambda: (out / "locust.log").exists() and begun(out))
            time.sleep(10)
            running.send_signal(signal.SIGINT)
            assert eventually(lambda: running.poll() is not None)
    assert running.returncode == 130, (tmp_path / "bench.log").read_text()
    told = summary(out)
    assert told.counts.ok > 0
    assert any("cut short" in text for text in told.warnings)
    assert not any("lost" in text or "missing" in text for text in told.problems)
    found = sorted(row["number"] for row in rows(out))
    assert len(found) == len(set(found)) > 30


@needs_locust
def test_a_closed_loop_is_one_here_too(tmp_path: Path) -> None:
    with emulator(tmp_path) as urls:
        load = ["--schema", "gpt2", "--key-env", "THE_KEY", "--concurrency", "5", "--for", "6s", "--warmup", "1s"]
        done = bench("locust", urls["spread"], *load, "--workers", "2", "--out", str(tmp_path / "out"), "--run")
    told = summary(tmp_path / "out")
    assert told.closed, done.stdout
    assert told.counts.ok > 50
    found = rows(tmp_path / "out")
    assert len({row["number"] for row in found}) == len(found)
    assert {row["number"] % 5 for row in found} == set(range(5))
    assert "closed loop" in done.stdout


@needs_locust
def test_tokens_are_timed_as_they_come(tmp_path: Path) -> None:
    """Locust's own reading would have them in lumps of a kilobyte, some 5 tokens each."""
    load = ["--schema", "chat", "--stream", "--key-env", "THE_KEY", "--rate", "3/s", "--for", "8s", "--warmup", "1s"]
    with emulator(tmp_path) as urls:
        for _ in range(3):
            done = bench("locust", urls["tokens"], *load, "--workers", "2", "--out", str(tmp_path / "out"), "--run")
            told = summary(tmp_path / "out")
            assert told.counts.ok == told.counts.requests, done.stdout
            assert told.metrics["itl"].n > 0.9 * (told.metrics["tpot"].n * 20)
            right = (
                abs(told.metrics["itl"]["p50"] / 0.040 - 1) < 0.1 and abs(told.metrics["ttft"]["p50"] - 0.1) < 0.03
            )
            if right:
                return
            assert busy(told), told.metrics
    pytest.skip("the machine was too busy, three times")


@pytest.fixture
def namespaces() -> Iterator[tuple[list[str], str]]:
    """Three networks of their own, two joined to the first by cables: their names, and the first's address."""
    if sys.platform != "linux" or not shutil.which("ip") or os.geteuid() != 0:
        pytest.skip("network namespaces need Linux, iproute2 and root")
    names = [f"azb{os.getpid() % 10000}{letter}" for letter in "mab"]
    hub = names[0]

    def ip(*words: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(["ip", *words], capture_output=True, check=False)

    try:
        for name in names:
            if ip("netns", "add", name).returncode or ip("-n", name, "link", "set", "lo", "up").returncode:
                pytest.skip("this machine allows no network namespaces")
        for number, name in enumerate(names[1:]):
            ends = f"{name}0", f"{name}1"
            made = ip("-n", hub, "link", "add", ends[0], "type", "veth", "peer", "name", ends[1], "netns", name)
            if made.returncode:
                pytest.skip("this machine allows no virtual cables")
            for where, end, address in ((hub, ends[0], 1), (name, ends[1], 2)):
                ip("-n", where, "addr", "add", f"10.203.{number}.{address}/30", "dev", end)
                ip("-n", where, "link", "set", end, "up")
            ip("-n", name, "route", "add", "default", "via", f"10.203.{number}.1")
        yield names, "10.203.0.1"
    finally:
        for name in names:
            ip("netns", "del", name)


def conducted(folder: Path, namespaces: tuple[list[str], str], options: dict[str, Any]) -> Order:
    """Run master and workers in networks of their own, each in a folder of its own; give what they were to do."""
    (hub, *others), address = namespaces
    out = folder / "out"

    def inside(name: str) -> list[str]:
        return ["ip", "netns", "exec", name]

    with emulator(folder, address, inside(hub)) as urls, ExitStack() as stack:
        order = Order(urls["spread"], options, len(others))
        file, port = written(order, out), free_port()
        command = [*inside(hub), *master_command(order, file, port, address)]
        master = stack.enter_context(process(command, out / "locust.log"))
        for name in others:
            elsewhere = folder / name
            elsewhere.mkdir()
            command = [*inside(name), *worker_command(Path("-"), port, address)]
            stack.enter_context(process(command, elsewhere / "locust.log", cwd=elsewhere))
        assert eventually(lambda: master.poll() is not None)
    return order


@needs_locust
def test_workers_on_other_machines_need_no_file(tmp_path: Path, namespaces: tuple[list[str], str]) -> None:
    """What they have to do they hear from the master; should Locust's own asking for it get stuck, once more."""
    options = {"schema": "gpt2", "key_env": "THE_KEY", "rate": "30/s", "lasts": 6.0, "warmup": 1.0, "drain": 5.0}
    for attempt in range(3):
        place = tmp_path / str(attempt)
        place.mkdir()
        order, folder = conducted(place, namespaces, options), place / "out"
        if "Gave up waiting for workers" not in (folder / "locust.log").read_text(errors="replace"):
            break
    assert (folder / "summary.json").exists(), (folder / "locust.log").read_text()
    told = summary(folder)
    assert told.plan["engine"]["workers"] == 2
    assert len(rows(folder)) == len(list(order.plan(key=False).dues()))
    assert told.counts.ok == told.counts.requests
    assert not any("lost" in text for text in told.problems)
