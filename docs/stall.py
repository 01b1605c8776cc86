"""What an endpoint that stops for two seconds looks like, measured three ways: the table of the page on benchmarks.

Needs a system whose processes can be stopped and continued: not Windows.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

LATENCY, RATE, LASTS, STALL = 0.02, 100, 20, 2.0
OPEN = ["--rate", f"{RATE}/s"]
CLOSED = ["--concurrency", "10", "--pace", "100ms"]
WARMUP = 2
FIGURES = ("p50", "p95", "p99", "p99.9", "max")


@contextlib.contextmanager
def emulator():
    """An endpoint that takes 20 ms, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "stall.yml"
        endpoint = {"name": "gpt2", "schema": "gpt2", "latency": LATENCY * 1000}
        config.write_text(json.dumps({"port": 0, "endpoints": [endpoint]}), encoding="utf-8")
        command = [sys.executable, "-m", "azureml_emulator", "serve", "--config", str(config), "--print-urls", "json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            try:
                yield process.pid, json.loads(process.stdout.readline())["url"] + "/gpt2/score"
            finally:
                process.terminate()


def measured(load):
    """The summary of a run in whose middle the endpoint stops."""
    with emulator() as (process, url):
        halt = [
            threading.Timer(WARMUP + LASTS / 2, os.kill, (process, signal.SIGSTOP)),
            threading.Timer(WARMUP + LASTS / 2 + STALL, os.kill, (process, signal.SIGCONT)),
        ]
        words = ["run", url, "--schema", "gpt2", "--key-env", "KEY", "--warmup", f"{WARMUP}s", "--for", f"{LASTS}s"]
        command = [sys.executable, "-m", "azureml_bench", *words, *load, "--json", "-"]
        environment = {**os.environ, "KEY": "azureml-emulator-development-key"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as run:
            for one in halt:
                one.start()
            summary = json.loads(run.communicate()[0])
        for one in halt:
            one.join()
    if not summary["valid"]:
        print(f"stall: {' '.join(load)}: {'; '.join(summary['problems'])}", file=sys.stderr)
    return summary["metrics"]


def truth(percentile):
    """What callers felt who came at their own time: those of the stall waited for what was left of it."""
    spared = 1 - STALL / LASTS
    return LATENCY + STALL * max(0.0, percentile / 100 - spared) / (1 - spared)


def stall(table):
    """The table; None where no process can be stopped."""
    if not hasattr(signal, "SIGSTOP"):
        return None
    opened, closed = measured(OPEN), measured(CLOSED)
    rows = {
        "closed loop, 10 users who pace themselves to 100/s": closed["e2e"],
        "open loop, from when a request was sent": opened["e2e"],
        "open loop, from when it was due": opened["e2e_intended"],
    }
    shown = [[name, *(f"{figures(row, one) * 1000:.0f}" for one in FIGURES)] for name, row in rows.items()]
    true = [float(one[1:]) if one != "max" else 100 for one in FIGURES]
    shown.append(["what callers felt, by arithmetic", *(f"{truth(one) * 1000:.0f}" for one in true)])
    return table(["measured [ms]", *FIGURES], shown)


def figures(row, name):
    """A figure of a metric."""
    return row["percentiles"][name] if name in row["percentiles"] else row[name]


if __name__ == "__main__":
    print(stall(lambda head, rows: "\n".join(str(row) for row in [head, *rows])))
