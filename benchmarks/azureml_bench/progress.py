"""What somebody sees while a run lasts: a line that is written anew, or one now and then where there is no terminal.

It is written by a thread of its own, which looks at counters: a terminal that is slow, or stopped, holds nothing up.
"""

import shutil
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp, log
from time import monotonic
from types import TracebackType
from typing import Self, TextIO

from azureml_bench import outcome
from azureml_bench.load import Phases
from azureml_bench.sample import Sample

_OFTEN, _SELDOM = 0.3, 10.0
_FINE = 50
"""Steps of a power of e: latencies are shown to about two per cent."""


@dataclass
class Tally:
    """What is known of a run so far. It is written by one thread, and may be read by another."""

    ends: Counter[str] = field(default_factory=Counter)
    _latencies: Counter[int] = field(default_factory=Counter)

    def heard(self, sample: Sample) -> None:
        """Count a request."""
        self.ends[sample.outcome] += 1
        if sample.ok:
            self._latencies[round(log(max(sample.end - sample.intended, 1)) * _FINE)] += 1

    def percentile(self, percent: float) -> float:
        """Give a percentile of the latencies in seconds, from the intended start; 0 without any."""
        found = sorted(self._latencies.copy().items())
        left = sum(count for _, count in found) * percent / 100
        for step, count in found:
            left -= count
            if left <= 1e-9:
                return exp(step / _FINE) / 1e9
        return 0.0

    def line(self, elapsed: float, phases: Phases, in_flight: int) -> str:
        """Tell it after so many seconds."""
        ends = self.ends.copy()
        ended = ends.total()
        bad = {name: count for name, count in sorted(ends.items()) if name in outcome.BAD}
        seconds = max(min(elapsed, phases.sending), 1e-9)
        parts = [
            _phase(elapsed, phases),
            f"{(ended + in_flight) / seconds:.1f}/s sent, {ends[outcome.OK.name] / max(elapsed, 1e-9):.1f}/s done",
            f"{in_flight} out",
        ]
        if self._latencies:
            parts.append(f"p50 {_short(self.percentile(50))} p99 {_short(self.percentile(99))}")
        if bad:
            parts.append(f"errors {sum(bad.values())}: {', '.join(f'{name} {one}' for name, one in bad.items())}")
        return " | ".join(parts)


def _phase(elapsed: float, phases: Phases) -> str:
    if elapsed >= phases.sending:
        return "waiting for the last"
    return f"{elapsed:.0f}/{phases.sending:.0f} s{' warm-up' if elapsed < phases.warmup else ''}"


def _short(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms" if seconds < 0.9995 else f"{seconds:.3g} s"


class Progress:
    """Shows a run on a stream while it lasts."""

    def __init__(self, stream: TextIO, phases: Phases) -> None:
        self.tally = Tally()
        self.heard = self.tally.heard
        self._stream, self._phases = stream, phases
        self._rewrites = stream.isatty()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._shown = 0

    def begins(self, in_flight: Callable[[], int]) -> None:
        """Hear that the clock runs."""
        self._in_flight, self._start = in_flight, monotonic()
        self._thread = threading.Thread(target=self._show, name="progress", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread:
            self._thread.join(1.0)

    def _show(self) -> None:
        try:
            while not self._over.wait(_OFTEN if self._rewrites else _SELDOM):
                line = self.tally.line(monotonic() - self._start, self._phases, self._in_flight())
                if self._rewrites:
                    self._rewrite(line[: shutil.get_terminal_size().columns - 1])
                else:
                    self._stream.write(f"{line}\n")
                self._stream.flush()
            if self._rewrites:
                self._rewrite("")
                self._stream.write("\r")
                self._stream.flush()
        except (OSError, ValueError):  # nobody looks any more
            return

    def _rewrite(self, line: str) -> None:
        self._stream.write("\r" + line.ljust(self._shown))
        self._shown = len(line)
