"""Each metric by its formula, on requests whose figures are known."""

from dataclasses import replace

import pytest
from recorded import MS, sample, streamed

from azureml_bench.metrics import metrics
from azureml_bench.sample import Content, Sample

LATE = Sample(
    0,
    "measure",
    intended=100 * MS,
    sent=110 * MS,
    first_byte=150 * MS,
    contents=(Content(200 * MS, 1), Content(230 * MS, 3), Content(300 * MS, 1)),
    end=310 * MS,
    characters=40,
    response_bytes=100,
    tokens=6,
)
"""A stream of five events, three of which came at once, that the server counts as six tokens."""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("e2e", [0.2]),
        ("e2e_intended", [0.21]),
        ("e2e_retried", []),
        ("ttfb", [0.04]),
        ("ttft", [0.09]),
        ("ttft_intended", [0.1]),
        ("itl", [0.03, 0.07]),
        ("tpot", [0.02]),
        ("output_tokens", [30]),
        ("output_characters", [200]),
        ("output_bytes", [500]),
    ],
)
def test_a_metric_by_its_formula(name: str, expected: list[float]) -> None:
    assert list(metrics()[name].of([LATE])) == pytest.approx(expected)


def test_every_metric_is_tried() -> None:
    tried = test_a_metric_by_its_formula.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert [name for name, _ in tried] == list(metrics())


def test_without_usage_events_are_counted() -> None:
    uncounted = replace(LATE, tokens=None)
    assert list(metrics()["tpot"].of([uncounted])) == pytest.approx([0.1 / 4])
    assert list(metrics()["output_tokens"].of([uncounted])) == pytest.approx([25])


def test_an_answer_in_one_piece_has_no_token_times() -> None:
    for name in ("ttft", "itl", "tpot", "output_tokens"):
        assert list(metrics()[name].of([sample()])) == []


def test_one_token_has_neither_a_gap_nor_a_time_per_token() -> None:
    one = streamed(tokens=1)
    assert [list(metrics()[name].of([one])) for name in ("itl", "tpot")] == [[], []]
    assert list(metrics()["ttft"].of([one])) == [0.1]


@pytest.mark.parametrize("name", list(metrics()))
def test_failures_and_what_took_no_time_are_in_no_metric(name: str) -> None:
    assert list(metrics()[name].of([replace(LATE, outcome="truncated")])) == []
    if metrics()[name].unit == "/s":
        assert list(metrics()[name].of([replace(LATE, end=LATE.sent)])) == []


def test_what_was_sent_again_is_in_one_metric_only() -> None:
    again = replace(LATE, tries=2, retried=("429",))
    assert [name for name, metric in metrics().items() if list(metric.of([again]))] == ["e2e_retried"]


def test_every_metric_says_what_it_is() -> None:
    for metric in metrics().values():
        assert metric.title
        assert metric.formula
        assert metric.unit in ("ms", "/s")
