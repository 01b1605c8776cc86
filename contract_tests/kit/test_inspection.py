"""A run of checks over one subject: which are run, and what comes of each."""

from typing import Any

import pytest

from azureml_contract import factory, wire
from azureml_contract.broken import Broken, Raised
from azureml_contract.check import Check, all_checks
from azureml_contract.inspection import BadWaiver, Formatters, Inspection
from azureml_contract.search import DEFAULT_EXAMPLES
from contract_tests.zoo.reference import Reference

GPT2 = wire.known("gpt2")
SUBJECT = Formatters(factory.of(Reference), GPT2)


def check(run: Any) -> Check:
    return Check("R03", "name", "statement", "explanation", run)


def raising(error: Exception) -> Any:
    def run(*_: Any) -> None:
        raise error

    return run


def test_all_that_suit_are_run_in_order() -> None:
    suiting = [id_ for id_, one in all_checks().items() if one.suits("formatter", GPT2)]
    assert [one.id for one in Inspection(SUBJECT, GPT2).checks] == suiting
    assert 0 < len(suiting) < len(all_checks())


def test_of_those_that_are_named_the_ones_that_suit_are_run() -> None:
    inspection = Inspection(SUBJECT, GPT2, only=("S01", "M01", "R03"))
    assert [one.id for one in inspection.checks] == ["R03", "S01"]
    verdicts = list(inspection.run())
    assert [(one.check.id, one.outcome) for one in verdicts] == [("R03", "passed"), ("S01", "passed")]


def test_a_check_is_given_what_it_looks_at() -> None:
    given: list[Any] = []
    inspection = Inspection(SUBJECT, GPT2)
    inspection.judge(check(lambda *values: given.extend(values)))
    assert given == [SUBJECT, GPT2, inspection.search]
    assert inspection.search.examples == DEFAULT_EXAMPLES == 25


@pytest.mark.parametrize(("waivers", "outcome"), [({}, "failed"), ({"R03": "known"}, "waived")])
def test_a_breach_fails_unless_it_is_waived(waivers: dict[str, str], outcome: str) -> None:
    inspection = Inspection(SUBJECT, GPT2, waivers=waivers)
    broken = Broken("It is broken.")
    verdict = inspection.judge(check(raising(broken)))
    assert (verdict.outcome, verdict.broken, verdict.reason) == (outcome, broken, waivers.get("R03", ""))
    verdict = inspection.judge(check(raising(Raised("a call", KeyError("0")))))
    assert verdict.outcome == outcome
    assert verdict.broken
    assert verdict.broken.summary == "a call raised KeyError."


@pytest.mark.parametrize(("waivers", "outcome"), [({}, "passed"), ({"R03": "known"}, "stale")])
def test_what_holds_passes_unless_it_is_waived(waivers: dict[str, str], outcome: str) -> None:
    one = check(lambda *_: None)
    verdict = Inspection(SUBJECT, GPT2, waivers=waivers).judge(one)
    assert (verdict.check, verdict.outcome, verdict.broken) == (one, outcome, None)
    assert verdict.reason == waivers.get("R03", "")


def test_how_long_a_check_takes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([40.0, 42.5])
    monkeypatch.setattr("azureml_contract.inspection.perf_counter", lambda: next(clock))
    assert Inspection(SUBJECT, GPT2).judge(check(lambda *_: None)).seconds == 2.5


def test_what_the_kit_stumbles_over_is_raised_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        Inspection(SUBJECT, GPT2).judge(check(raising(ZeroDivisionError())))


@pytest.mark.parametrize(
    ("waivers", "told"),
    [
        ({"R99": "why"}, "there is no check 'R99' to waive"),
        ({"R03": "why", "R99": "why"}, "there is no check 'R99' to waive"),
        ({"R03": ""}, "the waiver of R03 gives no reason"),
        ({"R03": " \n"}, "the waiver of R03 gives no reason"),
    ],
)
def test_a_waiver_names_a_check_and_gives_a_reason(waivers: dict[str, str], told: str) -> None:
    with pytest.raises(BadWaiver) as raised:
        Inspection(SUBJECT, GPT2, waivers=waivers)
    assert str(raised.value) == told


def test_a_fresh_formatter_is_made_each_time() -> None:
    one, other = SUBJECT(), SUBJECT()
    assert one is not other
    assert one.made is not other.made
    assert (type(one.made), one.wire, SUBJECT.kind) == (Reference, GPT2, "formatter")


def test_it_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        SUBJECT.kind = "client"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Inspection(SUBJECT, GPT2).only = ("R03",)  # type: ignore[misc]
