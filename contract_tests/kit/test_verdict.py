"""What came of a check."""

from typing import Any, get_args

import pytest

from azureml_contract.broken import UNSAID, Broken
from azureml_contract.check import Check
from azureml_contract.verdict import Outcome, Verdict

R03 = Check("R03", "name", "statement", "explanation", lambda *_: None)


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_a_failure_and_a_stale_waiver_are_bad(outcome: Outcome) -> None:
    assert Verdict(R03, outcome).bad is (outcome in ("failed", "stale"))


@pytest.mark.parametrize(
    ("case", "name"), [('"', "R03-7cd0"), ("\ud83c", "R03-"), (b"\xff", "R03-"), (None, "R03-"), (UNSAID, "R03-")]
)
def test_a_failure_has_a_name_by_its_input(case: Any, name: str) -> None:
    replay = Verdict(R03, "failed", Broken("It is broken.", case)).replay
    assert replay.startswith(name)
    assert len(replay) == len("R03-7cd0")


def test_what_is_not_broken_has_no_such_name() -> None:
    assert Verdict(R03, "passed").replay == ""


def test_it_cannot_be_changed_and_is_the_same_as_one_that_says_the_same() -> None:
    verdict = Verdict(R03, "passed")
    assert verdict == Verdict(R03, "passed", None, "", 0.0)
    with pytest.raises(AttributeError):
        verdict.outcome = "failed"  # type: ignore[misc]
