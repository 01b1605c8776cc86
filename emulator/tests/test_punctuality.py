import pytest

from azureml_emulator.punctuality import Punctuality, percentile, summary


@pytest.mark.parametrize(("share", "expected"), [(50, 5), (90, 9), (99, 10), (100, 10), (1, 1)])
def test_a_percentile_is_a_value_that_was_there(share, expected):
    assert percentile([3, 1, 2, 10, 9, 8, 4, 7, 6, 5], share) == expected


def test_a_single_answer_is_all_percentiles():
    kept = Punctuality(0.1, 0.3, 0.101, 0.302, 0.001, 0.002)
    assert kept.as_dict() == {
        "first_planned_ms": 100.0,
        "first_ms": 101.0,
        "late_mean_ms": 1.0,
        "late_worst_ms": 2.0,
    }
    assert summary([kept]) == {
        "answers": 1,
        "ttft_ms": {
            "target": {"p50": 100.0, "p90": 100.0, "p99": 100.0},
            "achieved": {"p50": 101.0, "p90": 101.0, "p99": 101.0},
            "error": {"mean": 1.0, "p99": 1.0},
        },
        "total_ms": {
            "target": {"p50": 300.0, "p90": 300.0, "p99": 300.0},
            "achieved": {"p50": 302.0, "p90": 302.0, "p99": 302.0},
            "error": {"mean": 2.0, "p99": 2.0},
        },
        "late_ms": {"mean": 1.0, "worst_p99": 2.0},
    }


def test_errors_are_those_of_each_answer_not_of_the_percentiles():
    some = [Punctuality(0.0, at, 0.0, at + (0.05 if at == 0.1 else 0.0), 0.0, 0.05) for at in (0.1, 0.2, 0.3, 0.4)]
    told = summary(some)["total_ms"]
    assert (told["achieved"]["p50"], told["error"]) == (200.0, {"mean": 12.5, "p99": 50.0})
