"""When faults strike: in virtual time, without a socket."""

import json

import pytest

from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.wire import Call

KEY = "k"
NOON = 1_700_000_000.0


def call(prompt="Hi", at=0.0, **headers):
    body = json.dumps({"inputs": {"input_string": [prompt]}}).encode()
    sent = {"authorization": f"Bearer {KEY}", "content-type": "application/json", **headers}
    return Call("POST", "/score", sent, body, NOON + at)


def statuses(faults, calls=10, step=0.0, same=False, **settings):
    engine = Engine([Endpoint("a", schema="gpt2", key=KEY, faults=faults, **settings)])
    arriving = [call("Hi" if same else f"Hi {number}", number * step) for number in range(calls)]
    return [engine.score(one).status for one in arriving]


def busy(**when):
    return [{"type": "status", "status": 429, **when}]


@pytest.mark.parametrize(
    ("when", "struck"),
    [
        ({}, range(1, 11)),
        ({"every": 3}, [3, 6, 9]),
        ({"calls": [1, 4]}, [1, 4]),
        ({"times": 2}, [1, 2]),
        ({"every": 2, "times": 3}, [2, 4, 6]),
        ({"from_s": 3, "until_s": 5}, [4, 5]),
        ({"probability": 0}, []),
    ],
)
def test_it_strikes_when_all_that_is_said_is_true(when, struck):
    assert statuses(busy(**when), step=1.0) == [429 if number in struck else 200 for number in range(1, 11)]


def test_chance_goes_by_the_request_and_not_by_the_order():
    engine = Engine([Endpoint("a", schema="gpt2", key=KEY, faults=busy(probability=0.3))], seed=5)
    calls = [call(f"Hi {number}") for number in range(300)]
    first = {one.body: engine.score(one).status for one in calls}
    engine.reset()
    again = {one.body: engine.score(one).status for one in reversed(calls)}
    assert first == again
    assert 60 < sum(status == 429 for status in first.values()) < 120


def test_the_same_request_has_another_chance_each_time():
    assert set(statuses(busy(probability=0.5), calls=30, same=True)) == {200, 429}


def test_a_deployment_s_own_faults_stand_in_for_the_endpoint_s():
    blue, green = Deployment("blue"), Deployment("green", faults=())
    endpoint = Endpoint("a", schema="gpt2", key=KEY, faults=busy(), deployments=(blue, green), traffic={"blue": 100})
    engine = Engine([endpoint])
    assert engine.score(call()).status == 429
    assert engine.score(call(**{"azureml-model-deployment": "green"})).status == 200


def test_a_change_of_other_settings_keeps_count():
    engine = Engine([Endpoint("a", schema="gpt2", key=KEY, faults=busy(times=2))])
    assert engine.score(call()).status == 429
    engine.change("a", latency=5)
    assert [engine.score(call()).status for _ in range(2)] == [429, 200]
    engine.reset()
    assert engine.score(call()).status == 429


def test_a_reset_begins_to_count_anew():
    engine = Engine([Endpoint("a", schema="gpt2", key=KEY, faults=busy(calls=[2]))])
    for _ in range(2):
        assert [engine.score(call()).status for _ in range(3)] == [200, 429, 200]
        engine.reset()


def test_the_journal_names_what_struck():
    engine = Engine([Endpoint("a", schema="gpt2", key=KEY, faults=[*busy(calls=[2]), "reset"])])
    engine.score(call())
    engine.score(call())
    assert [one.faults for one in engine.journal] == [("reset",), ("status", "reset")]
    assert "fault: status" in list(engine.journal)[1].notes


def test_what_finds_nothing_to_spoil_has_not_struck():
    """It is not named, and its `times` are left."""
    engine = Engine([Endpoint("a", schema="chat", key=KEY, faults=[{"type": "stream_cut", "times": 1}])])
    for stream in (False, False, True, True):
        body = json.dumps({"messages": [{"role": "user", "content": "Hi"}], "stream": stream}).encode()
        engine.score(call()._replace(path="/chat/completions", body=body))
    assert [one.faults for one in engine.journal] == [(), (), ("stream_cut",), ()]


def test_a_call_that_the_door_refuses_is_nobody_s_turn():
    engine = Engine([Endpoint("a", schema="gpt2", key=KEY, faults=busy(calls=[1]))])
    calls = [call(authorization="Bearer wrong"), call(), call()]
    assert [engine.score(one).status for one in calls] == [401, 429, 200]


def test_a_refusal_keeps_the_faults_behind_it_from_their_turn_in_the_container():
    engine = Engine(
        [Endpoint("a", schema="gpt2", key=KEY, faults=[*busy(times=1), {"type": "model_error", "times": 1}])]
    )
    assert [engine.score(call()).status for _ in range(3)] == [429, 424, 200]
