"""Records comparisons of `azureml-bench compare`, for tests to judge again: `tests/data/blocks_*.json`.

    .venv/bin/python benchmarks/record_blocks.py [--only KIND] [--first 0] [--count 20]

Each comparison is live, against a server in another process, and takes a minute or two. Of each block the file has
what is judged: median and 99th percentile in microseconds, how many requests ended, how many in error, whether the
harness kept up, and how late it woke, in microseconds.
"""

import argparse
import asyncio
import json
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import log
from pathlib import Path
from random import Random
from typing import Any

from ratios.emulator import serving

from azureml_bench import shape
from azureml_bench.comparison import Figure, Pair, Rules, Side, of_pairs
from azureml_bench.interleaving import Blocks, interleave
from azureml_bench.load import Phases
from azureml_bench.plan import Plan
from azureml_bench.prompts import Made, Unique
from azureml_bench.target import Target
from azureml_emulator.simulation.arrivals import Poisson

DATA = Path(__file__).parent / "tests" / "data"
FIGURES = (Figure("e2e", "p50"), Figure("e2e", "p99"))
RATE = 40.0
BLOCKS = Blocks(pairs=12, lasts=2.0, settle=0.5)

Served = Iterator[tuple[str, str]]
"""The scoring URLs of base and head, while both are served."""


def _emulated(median_ms: float, head_ms: float) -> Callable[[], Any]:
    @contextmanager
    def served() -> Served:
        endpoints = [
            {"name": name, "schema": "gpt2", "key": "key", "latency": {"type": "lognormal", **latency}}
            for name, latency in (
                ("base", {"median_ms": median_ms, "p99_ms": median_ms * 1.15}),
                ("head", {"median_ms": head_ms, "p99_ms": head_ms * 1.15}),
            )
        ]
        with serving(endpoints) as found:
            yield tuple(f"http://127.0.0.1:{found.ports[name]}/score" for name in ("base", "head"))

    return served


@contextmanager
def _plain() -> Served:
    """One aiohttp server that parses, sleeps and answers, both sides being the same."""
    with subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            yield url, url
        finally:
            process.terminate()


KINDS = {
    "emulator_same": _emulated(100, 100),
    "emulator_slower": _emulated(100, 105),
    "aiohttp_same": _plain,
}


async def serve() -> None:
    """Be the plain server."""
    from aiohttp import web

    spread = Random(0)

    async def score(request: web.BaseRequest) -> web.Response:
        await request.json()
        await asyncio.sleep(spread.lognormvariate(log(0.1), 0.06))
        return web.json_response([{"0": "A place on the coast."}])

    runner = web.ServerRunner(web.Server(score, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/score", flush=True)
    await asyncio.Event().wait()


def compared(base: str, head: str, seed: int) -> list[Pair]:
    """Measure one comparison."""
    plans = {
        name: Plan(
            Target(url, shape.known("gpt2"), key="key"),
            Poisson(RATE),
            phases=Phases(warmup=1.0, drain=10.0),
            prompts=Unique(Made(seed=seed), seed),
            seed=seed,
        )
        for name, url in (("base", base), ("head", head))
    }
    return asyncio.run(interleave(plans, BLOCKS, FIGURES, Random(seed), lambda number, pair: None))


def packed(pair: Pair) -> list[Any]:
    """Write a pair in one short line."""

    def one(side: Side) -> list[int]:
        figures = [round(side.figures.get(str(figure), 0) * 1e6) for figure in FIGURES]
        return [*figures, side.requests, side.bad, int(not side.problems), round(side.lag * 1e6)]

    return [pair.first, one(pair.base), one(pair.head)]


def record(kind: str, seeds: range) -> None:
    """Record one kind of comparison, and say what is told of each."""
    for seed in seeds:
        with KINDS[kind]() as (base, head):
            pairs = compared(base, head, seed)
        keep(kind, seed, [packed(pair) for pair in pairs])
        told = of_pairs(pairs, Rules())
        effect = told.effects[0] if told.effects else None
        print(kind, seed, told.verdict, effect and [effect.change, effect.low, effect.high], flush=True)


def keep(kind: str, seed: int, made: list[Any]) -> None:
    """Put a comparison into the file of its kind, in place of one of the same seed."""
    file = DATA / f"blocks_{kind}.json"
    kept = json.loads(file.read_text(encoding="utf-8"))["comparisons"] if file.exists() else {}
    about = {
        "command": f"benchmarks/record_blocks.py --only {kind}",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "rate": RATE,
        "blocks": BLOCKS._asdict(),
        "figures": [*map(str, FIGURES), "requests", "bad", "harness kept up", "lag"],
    }
    every = sorted({**kept, str(seed): made}.items(), key=lambda one: int(one[0]))
    lines = ",\n".join(f'"{name}": {json.dumps(one, separators=(",", ":"))}' for name, one in every)
    text = f'{{"about": {json.dumps(about)},\n"comparisons": {{\n{lines}\n}}}}\n'
    written = file.with_suffix(f".{seed}.part")
    written.write_text(text, encoding="utf-8")
    written.replace(file)


def main() -> None:
    """Record what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=KINDS, action="append")
    parser.add_argument("--first", type=int, default=0, help="the seed of the first (0)")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
    else:
        for kind in options.only or KINDS:
            record(kind, range(options.first, options.first + options.count))


if __name__ == "__main__":
    main()
