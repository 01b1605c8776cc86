"""What a closed loop hides, found in its samples."""

from azureml_bench.sample import Sample
from azureml_bench.stalls import Stall, stalls, told

MS = 1_000_000


def steady(users: int, rounds: int, latency: int = 20) -> list[Sample]:
    return [
        Sample(number * users + user, "measure", at, at, at + latency * MS)
        for number in range(rounds)
        for user in range(users)
        for at in [number * 100 * MS]
    ]


def test_no_stall_where_users_only_rest() -> None:
    assert stalls(steady(4, 20), 4) == []
    assert stalls([], 4) == []


def test_one_request_that_is_slow_is_no_stall_of_many() -> None:
    slow = Sample(99, "measure", 0, 0, 2500 * MS)
    assert stalls([*steady(4, 20), slow], 4) == []


def test_what_failed_tells_nothing() -> None:
    failed = [Sample(0, "measure", 0, 0, 9000 * MS, "timeout"), Sample(1, "measure", 0, 0, MS, "5xx")]
    assert stalls(failed, 1) == []


def test_the_longest_stall_is_told() -> None:
    said = told(4, [Stall(1.0, 0.5, 4, 50.2), Stall(7.25, 2.0, 3, 200.4)], 400)
    assert "2 times nothing was answered" in said
    assert "at 7.2 s for 2.00 s: 3 of 400 requests felt that, about 200 would" in said
