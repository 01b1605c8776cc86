"""What is shown while a run lasts."""

import io
from collections.abc import Iterator

import pytest

from azureml_bench import progress
from azureml_bench.load import Phases
from azureml_bench.progress import Progress, Tally
from azureml_bench.sample import Sample

MS = 1_000_000
PHASES = Phases(5, 60, 30)


def tally(*latencies: int, bad: str = "") -> Tally:
    made = Tally()
    for latency in latencies:
        made.heard(Sample(0, "measure", 0, 0, latency * MS))
    if bad:
        made.heard(Sample(0, "measure", 0, 0, MS, bad))
    return made


def test_a_line() -> None:
    assert tally().line(0.2, PHASES, 1) == "0/65 s warm-up | 5.0/s sent, 0.0/s done | 1 out"
    said = tally(*[20] * 98, 1500, 1500, bad="429").line(10, PHASES, 4)
    assert said == "10/65 s | 10.5/s sent, 10.0/s done | 4 out | p50 20.2 ms p99 1.49 s | errors 1: 429 1"
    assert tally(20).line(70, PHASES, 1).startswith("waiting for the last | 0.0/s sent")
    assert "errors" not in tally(bad="cut").line(1, PHASES, 0)


@pytest.mark.parametrize("percent", [1, 50, 90, 99, 100])
def test_percentiles_are_near_enough(percent: float) -> None:
    assert tally(*range(1, 1001)).percentile(percent) == pytest.approx(percent / 100, rel=0.03)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(progress, "_OFTEN", 0.001)
    monkeypatch.setattr(progress, "_SELDOM", 0.001)
    return iter(())


def shown(stream: io.StringIO) -> str:
    with Progress(stream, PHASES) as progress:
        progress.heard(Sample(0, "measure", 0, 0, 20 * MS))
        progress.begins(lambda: 3)
        while "out" not in stream.getvalue():
            pass
    return stream.getvalue()


def test_a_terminal_has_one_line_which_is_gone_in_the_end(soon: object) -> None:
    said = shown(Terminal())
    assert "\n" not in said
    assert "| 3 out |" in said
    assert said.endswith(" \r")


def test_elsewhere_there_are_lines(soon: object) -> None:
    said = shown(io.StringIO())
    assert "\r" not in said
    assert said.endswith("\n")


def test_nobody_looks_any_more(soon: object) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with Progress(Closed(), PHASES) as progress:
        progress.begins(lambda: 0)


def test_nothing_is_shown_where_nothing_began() -> None:
    with Progress(Terminal(), PHASES) as progress:
        pass
    assert progress.tally.ends.total() == 0
