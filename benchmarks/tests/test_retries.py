"""When a request that failed is sent again."""

import pytest

from azureml_bench.outcome import OUTCOMES
from azureml_bench.retries import AGAIN, Retries, told_pause


def test_without_retries_nothing_is_sent_again() -> None:
    assert all(Retries().pause(0, one.name, 1, {}, 0) is None for one in OUTCOMES)


def test_what_may_pass_is_sent_again_as_often_as_is_said() -> None:
    retries = Retries(2)
    assert {one.name for one in OUTCOMES if retries.pause(0, one.name, 2, {}, 0) is not None} == AGAIN
    assert {"connect", "timeout", "429", "5xx"} == AGAIN
    assert retries.pause(0, "429", 3, {}, 0) is None


def test_pauses_double_up_to_a_limit_and_depend_on_the_request_alone() -> None:
    retries = Retries(20, seed=3)
    pauses = [retries.pause(7, "5xx", tries, {}, 0) or 0 for tries in range(1, 15)]
    for tries, pause in enumerate(pauses):
        assert min(0.5 * 2**tries, 30) / 2 <= pause <= min(0.5 * 2**tries, 30)
    assert pauses == [retries.pause(7, "5xx", tries, {}, 0) for tries in range(1, 15)]
    assert retries.pause(7, "5xx", 1, {}, 0) != retries.pause(8, "5xx", 1, {}, 0)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-4"}, 0.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:50 GMT"}, 10.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:10 GMT"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"x-ms-retry-after-ms": "40"}, 0.04),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_what_the_server_says_holds(headers: dict[str, str], seconds: float | None) -> None:
    assert told_pause(headers, at=100.0) == seconds
