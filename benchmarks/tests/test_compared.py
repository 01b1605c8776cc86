"""What a person and a build server read of a comparison."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_bench.comparison import Comparison, Figure, Pair, Rules, Side, of_pairs, of_runs
from azureml_bench.report.compared import change, junit, percent, reason, text

QUIET = (0.1000, 0.1021, 0.1009, 0.0991, 0.1031, 0.0982, 0.1005, 0.1015)


def compared(
    by: float = 1.0, pairs: int = 8, bad: int = 0, spread: float = 0.001, rules: Rules | None = None
) -> Comparison:
    found = [
        Pair(
            first="base",
            base=Side(figures={"e2e:p50": one, "e2e:p99": one * 2}, requests=100, bad=0),
            head=Side(
                figures={"e2e:p50": one * by * (1 + spread * (number % 3 - 1)), "e2e:p99": one * 2},
                requests=100,
                bad=bad,
            ),
        )
        for number, one in enumerate(QUIET[:pairs])
    ]
    return of_pairs(found, rules or Rules(), base=["http://base/score"], head=["http://head/score"])


def test_a_slower_side_is_read_in_five_seconds() -> None:
    assert text(compared(1.05)).splitlines() == [
        "SLOWER: end to end, p50 is 5.0% slower (+4.9% to +5.1%)",
        "",
        "                           base      head      head is      95% interval",
        "end to end, p50 (decides)  100.7 ms  105.7 ms  5.0% slower  +4.9% to +5.1%",
        "end to end, p99            201.4 ms  201.4 ms  the same     +0.0% to +0.0%",
        "",
        "base: http://base/score",
        "head: http://head/score",
        "compared: 8 pairs of blocks; tolerance 2.5%, confidence 95%",
        "smallest slowdown of end to end, p50 that is found 8 times in 10: 2.5%",
    ]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (compared(), "end to end, p50 is the same (-0.1% to +0.0%), below the tolerance of 2.5%"),
        (compared(0.9), "end to end, p50 is 10.0% faster (-10.1% to -10.0%), plainly faster"),
        (compared(pairs=4), "end to end, p50 is the same (no interval); 4 pairs are too few"),
        (compared(spread=0.1), "end to end, p50 is 0.5% faster (-10.0% to +4.9%); about 157 pairs would tell"),
        (compared(bad=3), "3.00% of head's requests are in error, 0.00% of base's"),
        (
            compared(1.2, bad=3),
            "end to end, p50 is 20.0% slower (+19.9% to +20.1%), and 3.00% are in error, 0.00% of base's",
        ),
        (of_pairs([], Rules()), "there is nothing to compare"),
    ],
)
def test_why(told: Comparison, expected: str) -> None:
    assert reason(told) == expected


def test_what_was_thrown_away_is_counted() -> None:
    bad = Pair(
        first="base",
        base=Side(figures={}, requests=0, bad=0, problems=["late"]),
        head=Side(figures={}, requests=0, bad=0),
    )
    told = of_pairs([*compared().pairs, bad], Rules(), stopped=True)
    assert "thrown away: 1 (the harness did not keep up)" in text(told)
    assert "cut short: somebody stopped it before all pairs were measured" in text(told)


def test_errors_that_are_no_more_than_chance() -> None:
    told = compared()
    some = told.model_copy(update={"errors": told.errors.model_copy(update={"base": 0.01, "head": 0.02})})
    assert "in error: base 1.00%, head 2.00%, which may be chance" in text(some)


def test_runs() -> None:
    sides = [Side(figures={"e2e:p50": one}, requests=9, bad=0) for one in QUIET]
    told = of_runs((sides[:3], sides[:3]), Rules(), warnings=["weaker"])
    assert "3 runs of each side are too few" in text(told)
    assert text(told).endswith("warning: weaker")


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.05, "5.0% slower"), (-0.123, "12.3% faster"), (0.0004, "the same"), (2.0, "200.0% slower")],
)
def test_changes_are_written(share: float, written: str) -> None:
    assert change(share) == written
    assert percent(0.025) == "2.5%"


@pytest.mark.parametrize(
    ("told", "failures", "errors"),
    [
        (compared(), 0, 0),
        (compared(1.1), 1, 0),
        (compared(pairs=3), 0, 1),
        (compared(1.1, bad=9), 2, 0),
        (of_pairs([], Rules()), 0, 1),
    ],
)
def test_a_build_server_reads_it(told: Comparison, failures: int, errors: int) -> None:
    suite = ET.fromstring(junit(told))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", str(failures), str(errors))
    assert len(suite.findall("testcase/failure")) == failures
    assert len(suite.findall("testcase/error")) == errors


@given(st.lists(st.floats(1e-9, 1e6), min_size=2, max_size=20), st.booleans())
@settings(max_examples=20, deadline=None)
def test_anything_can_be_written(values: list[float], rate: bool) -> None:
    figure = Figure("output_tokens", "p50") if rate else Figure("e2e", "p50")
    sides = [Side(figures={str(figure): one}, requests=1, bad=0) for one in values]
    pairs = [Pair(first="base", base=one, head=other) for one, other in zip(sides, reversed(sides), strict=True)]
    told = of_pairs(pairs, Rules((figure,)))
    assert text(told)
    assert ET.fromstring(junit(told)).tag == "testsuite"
