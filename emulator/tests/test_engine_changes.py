"""Settings that change between the calls to an engine, in virtual time."""

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.rehearsal import rehearsed
from azureml_emulator.scenario import Scenario, Step


def hosting(**settings):
    return Engine([Endpoint("gpt2", schema="gpt2", **settings)])


def statuses(engine, make_call, *ats):
    return [engine.score(make_call()._replace(at=at)).status for at in ats]


def test_what_was_configured_is_known_whatever_changes():
    engine = hosting(latency=5)
    engine.change("gpt2", latency=7)
    engine.change("gpt2", state="not_ready")
    live = engine.directory["gpt2"]
    assert (live.settings.latency.ms, live.configured.latency.ms) == (7, 5)
    engine.recover("gpt2")
    assert engine.directory["gpt2"].settings == live.configured


def test_what_is_put_is_configured():
    engine = hosting()
    engine.put(Endpoint("gpt2", schema="gpt2", latency=9))
    engine.change("gpt2", latency=1)
    engine.recover("gpt2")
    assert engine.directory["gpt2"].settings.latency.ms == 9


def test_turns_are_counted_on_over_changes(make_call):
    engine = hosting(faults=[{"type": "status", "status": 429, "every": 3}])
    found = []
    for number in range(6):
        engine.change("gpt2", latency=number)
        found += statuses(engine, make_call, number)
    assert found == [200, 200, 429, 200, 200, 429]


def test_a_scenario_goes_by_the_arrival_of_calls(make_call):
    engine = hosting()
    down = Step(10, "gpt2", set={"state": "not_ready"}, label="down")
    engine.play(Scenario([down, Step("20s", recover=True)]))
    engine.begin(1000.0)
    assert statuses(engine, make_call, 1009.9, 1010, 1019, 1020, 1e9) == [200, 424, 424, 200, 200]
    assert [one.scenario for one in engine.journal][:2] == ["", "down"]
    assert engine.journal.of("gpt2")[1].as_dict()["scenario"] == "down"


def test_without_a_beginning_it_begins_with_the_first_call(make_call):
    engine = hosting()
    engine.play(Scenario([Step(10, set={"state": "not_ready"})], every=20))
    assert statuses(engine, make_call, 500, 510, 520, 530, 1e6 + 505) == [200, 424, 200, 424, 200]


def test_faults_of_a_step_are_counted_from_the_step_on(make_call):
    engine = hosting()
    refused = {"faults": [{"type": "status", "status": 429, "times": 1}]}
    scenario = {"every": 10, "steps": [{"at": 0, "set": refused}]}
    engine.play(rehearsed(scenario, [one.configured for one in engine.directory]))
    assert statuses(engine, make_call, 0, 1, 10, 11, 30, 31) == [429, 200] * 3


def test_it_starts_over_with_a_reset_and_goes_back_when_it_stops(make_call):
    engine = hosting()
    engine.play(Scenario([Step(10, set={"state": "not_ready"})]))
    assert statuses(engine, make_call, 0, 10) == [200, 424]
    engine.reset()
    assert statuses(engine, make_call, 100, 109, 110) == [200, 200, 424]
    engine.stop_playing()
    assert statuses(engine, make_call, 120) == [200]


def test_an_endpoint_that_is_put_anew_is_brought_to_where_the_scenario_stands(make_call):
    engine = hosting()
    engine.play(Scenario([Step(10, set={"state": "not_ready"})]), at=0)
    assert statuses(engine, make_call, 10) == [424]
    engine.put(Endpoint("gpt2", schema="gpt2", latency=5))
    assert statuses(engine, make_call, 11) == [424]


def test_steps_for_what_is_gone_are_passed_over(make_call):
    engine = hosting()
    engine.add(Endpoint("gone", schema="chat"))
    told = []
    engine.told = lambda taken: told.append(str(taken))
    engine.play(
        Scenario([Step(0, "gone", set={"state": "not_ready"}), Step(0, "gpt2", set={"state": "not_ready"})]), 0
    )
    engine.remove("gone")
    assert statuses(engine, make_call, 0) == [424]
    assert told == ["0s: gone: state (not done: no endpoint 'gone'; there are: gpt2)", "0s: gpt2: state"]
