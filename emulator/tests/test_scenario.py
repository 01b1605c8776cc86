import pytest
from pydantic import TypeAdapter, ValidationError

from azureml_emulator.scenario import Scenario, Step


def scenario(*steps, **settings):
    return TypeAdapter(Scenario).validate_python({"steps": list(steps), **settings})


def at(when, **settings):
    return {"at": when, **(settings or {"recover": True})}


def test_steps_are_taken_in_the_order_of_time_and_of_writing_at_the_same_time():
    written = scenario(
        at("1m", label="c", recover=True), at(10, label="a", recover=True), at(10, label="b", recover=True)
    )
    assert [(one.at, one.label) for one in written.in_order] == [(10, "a"), (10, "b"), (60, "c")]


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [({}, float("inf")), ({"loop": True}, 40), ({"every": "1m"}, 60), ({"every": 50, "loop": True}, 50)],
)
def test_how_long_a_round_takes(settings, seconds):
    assert scenario(at(10, set={"state": "not_ready"}), at(40), **settings).round_s == seconds


@pytest.mark.parametrize(
    ("step", "title"),
    [
        (Step(1, recover=True), "recover"),
        (Step(1, "a", set={"faults": [], "state": "ready"}), "a: faults, state"),
        (Step(1, "a", "blue", {"state": "ready"}, recover=True), "a/blue: recover, state"),
        (Step(1, "a", recover=True, label="all well"), "all well"),
    ],
)
def test_a_step_has_a_title(step, title):
    assert step.title == title


@pytest.mark.parametrize(
    ("steps", "settings", "wrong"),
    [
        ([], {}, "expected at least one step"),
        ([{"at": 1}], {}, "expected settings to `set`, or `recover: true`"),
        ([at("soon")], {}, "expected seconds, such as 90, or a time such as 1m30s"),
        ([at(1, sett={})], {}, "Unexpected keyword"),
        ([at(70)], {"every": 60}, "a step at 1m10s is not within a round of 1m"),
        ([at(0)], {"every": 0}, "a step at 0s is not within a round of 0s"),
        ([at(5, set={"state": "ready"})], {"loop": True}, "the last step, at 5s, would last no time"),
        ([at(0)], {"loop": True}, "the last step, at 0s, would last no time"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(steps, settings, wrong):
    with pytest.raises(ValidationError, match=wrong):
        scenario(*steps, **settings)
