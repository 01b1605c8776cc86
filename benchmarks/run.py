"""Measures everything, prints one table of ratios, and writes it to `RESULTS.md`.

Times decide nothing here: a slow run is not a failed one.

python benchmarks/run.py [--only NAME ... [--write]] [--json FILE]
"""

import argparse
import json
import platform
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ratios import langchain, pacing, peers, results, startup, throughput, timings
from ratios.comparison import Comparison

COMPARISONS: dict[str, Callable[[], list[Comparison]]] = {
    "import": startup.compare,
    "client": langchain.client,
    "batch": langchain.batch,
    "throughput": throughput.compare,
    "servers": peers.compare,
    "pacing": pacing.compare,
    "engine": timings.engine,
    "formatters-json": timings.formatters,
    "formatters": langchain.formatters,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; the exit code is 0 unless something could not be measured, which leaves the rest."""
    options = _parser().parse_args(arguments)
    rows: list[Comparison] = []
    wrong = []
    for name in options.only or COMPARISONS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        try:
            measured = COMPARISONS[name]()
        except (RuntimeError, OSError) as error:
            wrong.append(f"{name} could not be measured: {error}")
            continue
        rows += measured
        if options.write or not options.only:
            _keep(name, measured, "make bench" if not options.only else f"benchmarks/run.py --only {name} --write")
    print(table(rows))
    print(*wrong, sep="\n", file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps(document(rows), indent=2) + "\n", encoding="utf-8")
    return 1 if wrong else 0


def _keep(name: str, rows: Sequence[Comparison], command: str) -> None:
    """Write a group as soon as it is measured: who stops a run keeps what there is."""
    titles = {name: (compare.__doc__ or "").strip() for name, compare in COMPARISONS.items()}
    results.keep(Path(__file__).parent, {name: rows}, titles, command, datetime.now(UTC))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure the project, as ratios within one run.")
    parser.add_argument("--only", action="append", choices=COMPARISONS, help="run this one; may be given again")
    parser.add_argument("--write", action="store_true", help="write it to RESULTS.md, as is done without --only")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every pair's ratio too")
    return parser


def table(rows: Sequence[Comparison]) -> str:
    """One line per comparison, with a headline per group."""
    width = max((len(row.what) for row in rows), default=0)
    head = f"{'':{width}}  {'ratio':>6}  {'middle half':>13}  {'target':>8}  {'':8}  {'pairs':>5}  for context"
    lines = [head]
    for number, row in enumerate(rows):
        if number == 0 or rows[number - 1].group != row.group:
            lines.append(f"\n{row.group}")
        lines.append(f"{row.what:{width}}  {_figures(row)}  {row.context}")
    return "\n".join(lines)


def _figures(row: Comparison) -> str:
    if not row.ratios:
        return " " * 44
    low, high = row.middle_half
    half = f"{low:6.2f}-{high:<6.2f}"
    return f"{row.ratio:6.2f}  {half}  {row.target:>8}  {row.verdict:8}  {len(row.ratios):5}"


def document(rows: Sequence[Comparison]) -> dict[str, object]:
    """The same for machines."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "comparisons": [row.as_dict() for row in rows],
    }


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers that were started are to end, too
    sys.exit(main())
