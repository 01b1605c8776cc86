"""Lets the benchmarks be run by pytest alone: `.venv/bin/pytest --benchmark-only benchmarks/bench_engine.py`."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "tests")]
