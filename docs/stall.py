"""What an endpoint that does nothing for two seconds looks like, measured three ways: a table of benchmark.md.

The endpoint is the one of the tests, `benchmarks/tests/stalling_server.py`.
"""

import json
import subprocess
import sys
from pathlib import Path
from runpy import run_path

from azureml_bench.distribution import percentile
from azureml_bench.load import Phases
from azureml_bench.plan import Plan
from azureml_bench.shape import known
from azureml_bench.target import Target
from azureml_emulator.simulation.arrivals import Arrivals

SERVER = Path(__file__).resolve().parents[1] / "benchmarks/tests/stalling_server.py"
LASTS, RATE, SEED = 20, "100/s", 3
OPEN = ["--rate", RATE, "--seed", str(SEED)]
CLOSED = ["--concurrency", "10", "--pace", "100ms"]
FIGURES = ("p50", "p95", "p99", "p99.9")


def measured(load):
    """The metrics of a run against a server that stalls once."""
    with subprocess.Popen([sys.executable, str(SERVER)], stdout=subprocess.PIPE) as server:
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/score"
        words = ["run", url, "--schema", "gpt2", "--warmup", "0s", "--for", f"{LASTS}s", "--quiet", "--json", "-"]
        command = [sys.executable, "-m", "azureml_bench", *words, *load]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        server.kill()
    summary = json.loads(done.stdout)
    if not summary["valid"]:
        print(f"stall: {' '.join(load)}: {'; '.join(summary['problems'])}", file=sys.stderr)
    return summary["metrics"]


def truth():
    """What the callers of the open loop felt, by arithmetic: who comes in the stall waits for what is left of it."""
    target = Target("http://127.0.0.1/", known("gpt2"))
    plan = Plan(target, Arrivals.read(f"poisson:{RATE}"), phases=Phases(0, LASTS), seed=SEED)
    due = [one.at / 1e9 for one in plan.dues()]
    latency = run_path(str(SERVER))["latency"]
    felt = sorted(latency(at - due[0]) for at in due)
    return {one: percentile(felt, float(one[1:])) for one in FIGURES}


def stall(table):
    opened, closed = measured(OPEN), measured(CLOSED)
    rows = {
        "closed loop, 10 users who ask ten times a second each": closed["e2e"]["percentiles"],
        "open loop, from when a request was sent": opened["e2e"]["percentiles"],
        "open loop, from when it was due": opened["e2e_intended"]["percentiles"],
        "the truth, by arithmetic": truth(),
    }
    shown = [[name, *(milliseconds(row[one]) for one in FIGURES)] for name, row in rows.items()]
    return table(["latency in ms", *FIGURES], shown)


def milliseconds(seconds):
    return f"{seconds * 1000:.0f}"


if __name__ == "__main__":
    print(stall(lambda head, rows: "\n".join(" | ".join(row) for row in [head, *rows])))
