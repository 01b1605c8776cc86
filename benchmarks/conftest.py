"""Lets the benchmarks be run by pytest alone: `.venv/bin/pytest --benchmark-only benchmarks/bench_engine.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
