"""Measures everything, and prints one table of ratios. Times decide nothing here: a slow run is not a failed one.

python benchmarks/run.py [--only NAME ...] [--json FILE]
"""

import argparse
import json
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ratios import langchain, pacing, startup, throughput, timings
from ratios.comparison import Comparison

COMPARISONS: dict[str, Callable[[], list[Comparison]]] = {
    "import": startup.compare,
    "client": langchain.client,
    "batch": langchain.batch,
    "throughput": throughput.compare,
    "pacing": pacing.compare,
    "engine": timings.engine,
    "formatters-json": timings.formatters,
    "formatters": langchain.formatters,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; the exit code is 0 unless something could not be measured."""
    parser = argparse.ArgumentParser(description="Measure the project, as ratios within one run.")
    parser.add_argument("--only", action="append", choices=COMPARISONS, help="run this one; may be given again")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every pair's ratio too")
    options = parser.parse_args(arguments)
    rows: list[Comparison] = []
    for name in options.only or COMPARISONS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        rows += COMPARISONS[name]()
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps(document(rows), indent=2) + "\n", encoding="utf-8")
    return 0


def table(rows: Sequence[Comparison]) -> str:
    """One line per comparison, with a headline per group."""
    width = max(len(row.what) for row in rows)
    head = f"{'':{width}}  {'ratio':>6}  {'middle half':>13}  {'target':>8}  {'':8}  {'pairs':>5}  for context"
    lines = [head]
    for number, row in enumerate(rows):
        if number == 0 or rows[number - 1].group != row.group:
            lines.append(f"\n{row.group}")
        low, high = row.middle_half
        lines.append(
            f"{row.what:{width}}  {row.ratio:6.2f}  {low:6.2f}-{high:<6.2f}  {row.target:>8}  {row.verdict:8}  "
            f"{len(row.ratios):5}  {row.context}"
        )
    return "\n".join(lines)


def document(rows: Sequence[Comparison]) -> dict[str, object]:
    """The same for machines."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "comparisons": [row.as_dict() for row in rows],
    }


if __name__ == "__main__":
    sys.exit(main())
