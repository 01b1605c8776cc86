"""Control in Python, without a socket: an emulator that is not started does everything at once."""

from copy import copy

import pytest

from azureml_emulator.emulator import Emulator
from azureml_emulator.endpoint import Deployment, Endpoint, changeable
from azureml_emulator.errors import ConfigError
from azureml_emulator.faults import ModelError, Reset, Status
from azureml_emulator.latency import Constant

SETTINGS = {
    "gpt2": {
        "faults": ["reset"],
        "traffic": {"blue": 100},
        "deployments": [{"name": "blue"}, {"name": "green", "faults": []}],
    },
    "chat": {},
}


@pytest.fixture
def emulator():
    return Emulator([Endpoint(name, schema=name, **settings) for name, settings in SETTINGS.items()])


@pytest.fixture
def gpt2(emulator):
    return emulator["gpt2"]


@pytest.fixture
def status(emulator, make_call):
    def status(deployment="green", **call):
        return emulator.engine.score(make_call(azureml_model_deployment=deployment, **call)).status

    return status


class TestSettings:
    def test_each_setting_that_may_change_can_be_read_and_set(self, emulator, gpt2):
        for name in changeable(Endpoint):
            value = getattr(gpt2, name)
            setattr(gpt2, name, value)
            assert getattr(gpt2, name) == value
        blue = gpt2.deployment("blue")
        assert {name: getattr(blue, name) for name in changeable(Deployment)}["state"] == "ready"

    def test_what_is_set_holds_from_the_next_call_on(self, gpt2, status):
        assert status() == 200
        gpt2.state = "not_ready"
        assert (status(), gpt2.state) == (424, "not_ready")

    def test_what_is_set_for_an_endpoint_is_so_for_its_deployments(self, gpt2):
        gpt2.deployment("blue").latency = 5
        gpt2.latency = 7
        assert [one.latency for one in gpt2.settings.deployments] == [Constant(7), Constant(7)]

    def test_one_deployment(self, gpt2, status):
        gpt2.deployment("green").state = "not_ready"
        assert (status("green"), status("blue")) == (424, 200)

    def test_several_at_once(self, gpt2):
        gpt2.set(traffic={"green": 100}, mirror_traffic={"blue": 10})
        assert (gpt2.traffic, gpt2.mirror_traffic) == ({"blue": 0, "green": 100}, {"blue": 10})

    @pytest.mark.parametrize(
        ("name", "value", "told"),
        [
            ("latnecy", 5, "gpt2: latnecy: unknown setting (did you mean 'latency'?); expected one of "),
            ("latency", "x", "gpt2: latency: expected a number of milliseconds, or one of "),
            ("faults", "reset", "gpt2: faults: expected a list, not 'reset'"),
            (
                "faults",
                [{"type": "reset", "tims": 2}],
                "gpt2: faults[0].tims: unknown setting (did you mean 'times'?)",
            ),
            ("schema", "chat", "gpt2: schema: cannot change while the endpoint runs"),
            ("traffic", {"red": 100}, "gpt2: traffic names 'red', which is none of the deployments blue, green"),
            ("key", "not one", "gpt2: key: expected printable ASCII characters without blanks"),
        ],
    )
    def test_what_cannot_be_is_refused_and_changes_nothing(self, gpt2, name, value, told):
        before = gpt2.settings
        with pytest.raises(ConfigError) as raised:
            setattr(gpt2, name, value)
        assert str(raised.value).startswith(told)
        assert "not one" not in str(raised.value)
        assert gpt2.settings is before

    def test_what_is_not_there(self, gpt2):
        with pytest.raises(AttributeError, match="has no 'latnecy'; its settings are key, "):
            _ = gpt2.latnecy
        with pytest.raises(KeyError, match="no deployment 'bleu'; there are: blue, green"):
            gpt2.deployment("bleu")
        with pytest.raises(ConfigError, match="gpt2/blue: traffic: unknown setting"):
            gpt2.deployment("blue").traffic = {}
        assert {"latency", "failing"} <= set(dir(gpt2))
        assert copy(gpt2).name == "gpt2"


class TestRecovery:
    def test_goes_back_to_what_was_configured(self, gpt2):
        configured = gpt2.settings
        gpt2.set(latency=5, faults=[])
        gpt2.deployment("blue").state = "not_ready"
        gpt2.recover()
        assert gpt2.settings == configured

    def test_of_one_deployment_leaves_the_others(self, gpt2):
        blue, green = gpt2.deployment("blue"), gpt2.deployment("green")
        blue.latency = green.latency = 5
        blue.recover()
        assert (blue.latency, green.latency) == (None, Constant(5))


class TestBlocks:
    def test_settings_are_what_they_were_after_the_block_also_after_an_error(self, gpt2):
        gpt2.deployment("blue").latency = 3
        before = gpt2.settings
        with pytest.raises(ZeroDivisionError), gpt2.changed(latency=9, state="not_ready"):
            _ = gpt2.deployment("blue").latency.ms / 0
        assert gpt2.settings == before

    def test_blocks_nest_and_leave_other_settings_alone(self, gpt2):
        with gpt2.slow(5):
            with gpt2.deployment("blue").slow(9):
                gpt2.state = "not_ready"
            assert gpt2.deployment("blue").latency == Constant(5)
        assert (gpt2.latency, gpt2.state) == (None, "not_ready")

    def test_a_block_that_cannot_be_is_not_entered(self, gpt2):
        before = gpt2.settings
        with pytest.raises(ConfigError, match="gpt2: latency"), gpt2.slow("x"):
            pytest.fail("entered")
        assert gpt2.settings is before


class TestFailing:
    def test_with_a_status_so_many_times(self, gpt2, status):
        with gpt2.failing(429, times=2):
            assert [status() for _ in range(3)] == [429, 429, 200]
        assert status() == 200

    def test_faults_come_before_those_that_are_there(self, gpt2, status):
        with gpt2.failing(429, times=2), gpt2.failing(503, times=1):
            assert [status() for _ in range(4)] == [503, 429, 429, 200]
            assert [one.kind for one in gpt2.deployment("blue").faults] == ["status", "status", "reset"]
        assert [len(one.faults) for one in gpt2.settings.deployments] == [1, 0]

    def test_what_was_counted_before_still_counts_after(self, gpt2, status):
        gpt2.faults = [{"type": "status", "status": 500, "calls": [1, 3]}]
        assert status() == 500
        with gpt2.failing(429, times=1):
            assert status() == 429
        assert [status(), status()] == [500, 200]

    def test_of_one_deployment(self, gpt2, status):
        with gpt2.deployment("green").failing(503):
            assert (status("green"), status("blue")) == (503, 200)

    @pytest.mark.parametrize(
        ("api_type", "status", "settings", "fault"),
        [
            ("dedicated", 424, {}, ModelError(500)),
            (
                "dedicated",
                424,
                {"reason": "model_not_ready", "times": 1},
                Status(424, reason="model_not_ready", times=1),
            ),
            ("dedicated", 500, {}, Status(500)),
            ("dedicated", 429, {"retry_after": 2}, Status(429, retry_after=2)),
            ("serverless", 429, {}, Status(429)),
            ("serverless", 500, {"message": "no"}, ModelError(500, message="no")),
            ("local", 429, {}, ModelError(429)),
        ],
    )
    def test_callers_see_the_status_by_the_fault_that_makes_them(self, api_type, status, settings, fault, make_call):
        (one,) = emulator = Emulator([Endpoint("gpt2", schema="gpt2", api_type=api_type)])
        with one.failing(status, **settings):
            assert one.deployment("default").faults == (fault,)
            assert emulator.engine.score(make_call()).status == status

    @pytest.mark.parametrize("fault", ["reset", Reset(), Reset(at="during")])
    def test_with_a_fault_by_name_or_value_and_its_settings(self, gpt2, fault):
        with gpt2.failing(fault, at="after", times=1):
            assert gpt2.deployment("green").faults == (Reset(at="after", times=1),)

    @pytest.mark.parametrize(
        ("fault", "settings", "told"),
        [
            ("rest", {}, "gpt2: faults[0]: expected one of "),
            (99, {}, "gpt2: faults[0].status: "),
            (429, {"tims": 2}, "gpt2: faults[0].tims: unknown setting (did you mean 'times'?)"),
            (Status(429), {"every": 0}, "gpt2: faults[0].every: "),
        ],
    )
    def test_what_is_no_fault(self, gpt2, fault, settings, told):
        with pytest.raises(ConfigError) as raised, gpt2.failing(fault, **settings):
            pytest.fail("entered")
        assert str(raised.value).startswith(told)
