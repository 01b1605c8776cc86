"""Subtracting, call by call."""

import pytest

from azureml_bench.overhead.added import Call, Served, calls, marker, prompt
from azureml_bench.overhead.timed import Timed

RUN = "0123ab"
ASKED = prompt(RUN, 7)
MS = 1_000_000
RIGHT = Timed(1000 * MS, 1012 * MS, 1025 * MS, ASKED)
SERVED = {"0123ab-7": [Served(0.02, 0.01, 200)]}


def subtracted(timed: Timed, served: dict[str, list[Served]] = SERVED, echoed: bool = True) -> Call:
    (call,) = calls([ASKED], [timed], served, echoed)
    return call


def test_what_is_left_is_the_clients() -> None:
    call = subtracted(RIGHT)
    assert (call.added, call.first_added, call.served) == pytest.approx((0.005, 0.002, 0.02))
    assert (call.sent, call.problem) == (1, "")


def test_prompts_are_known_by_their_marks_however_they_are_dressed() -> None:
    assert marker(ASKED) == "0123ab-7"
    assert marker(f'"{ASKED}"') == marker(f"[INST] {ASKED} [/INST]") == "0123ab-7"
    assert marker("Call me later") == ""
    assert len({prompt(RUN, number) for number in range(50)}) == 50


def test_a_prompt_that_comes_back_in_quotes_is_right() -> None:
    assert not subtracted(RIGHT._replace(text=f'"{ASKED}"')).problem


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": ""}, "it gave no text"),
        ({"text": ASKED[:-1]}, "it gave a wrong answer"),
        ({"text": prompt(RUN, 8)}, "it gave a wrong answer"),
        ({"error": "ValueError: no"}, "ValueError: no"),
        ({"end": 1015 * MS}, "before the endpoint had written it"),
    ],
)
def test_a_client_that_is_early_or_wrong_is_not_fast(changes: dict[str, object], said: str) -> None:
    assert said in subtracted(RIGHT._replace(**changes)).problem  # type: ignore[arg-type]


def test_a_client_that_asks_nobody() -> None:
    assert subtracted(RIGHT, {}).problem.startswith("the call never arrived at the endpoint")


def test_where_nothing_is_echoed_any_text_will_do() -> None:
    assert not subtracted(RIGHT._replace(text="Paris."), echoed=False).problem
    assert subtracted(RIGHT._replace(text=""), echoed=False).problem


def test_what_was_sent_twice_was_served_twice() -> None:
    twice = {"0123ab-7": [Served(0.003, 0.003, 503), Served(0.02, 0.01, 200)]}
    call = subtracted(RIGHT, twice)
    assert (call.added, call.first_added) == pytest.approx((0.002, -0.001))
    assert (call.sent, call.problem) == (2, "")
