import json

import pytest

from azureml_emulator.admin import Admin
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine

KEY = "a-key-of-some-length"


@pytest.fixture
def engine():
    blue = {"name": "blue", "latency": 5}
    return Engine(
        [
            Endpoint("gpt2", schema="gpt2", key=KEY, deployments=[blue, {"name": "green"}], traffic={"blue": 100}),
            Endpoint("chat", schema="chat"),
        ]
    )


@pytest.fixture
def ask(engine):
    admin = Admin(engine, lambda name: f"http://here/{name}")

    def ask(line, body=None):
        method, _, path = line.partition(" ")
        path, _, query = path.partition("?")
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        status, answer = admin.answer(
            method, f"/_emulator/{path}", dict(one.split("=") for one in query.split("&") if one), sent
        )
        return status, json.loads(answer)

    return ask


class TestEndpoint:
    def test_shows_what_is_in_force(self, ask):
        status, shown = ask("GET endpoints/gpt2")
        assert (status, shown["name"], shown["url"], shown["changed"]) == (200, "gpt2", "http://here/gpt2/score", [])
        assert shown["settings"]["traffic"] == {"blue": 100, "green": 0}
        assert [one.get("latency") for one in shown["settings"]["deployments"]] == [
            {"type": "constant", "ms": 5},
            None,
        ]

    def test_never_shows_a_key(self, ask):
        _, shown = ask("PATCH endpoints/gpt2", {"secondary_key": "another-long-key", "model": f"named {KEY}"})
        assert shown["settings"]["key"] == shown["settings"]["secondary_key"] == "**********"
        assert KEY not in json.dumps(shown)
        assert "another-long-key" not in json.dumps(shown)

    def test_settings_change_and_go_back(self, ask, engine):
        faults = [{"type": "status", "status": 429, "times": 2}]
        status, shown = ask("PATCH endpoints/gpt2", {"faults": faults, "latency": 200})
        assert (status, shown["settings"]["faults"]) == (200, faults)
        assert shown["changed"] == ["latency", "faults"]
        assert engine.directory["gpt2"].settings.faults[0].status == 429
        assert ask("POST endpoints/gpt2/reset")[1]["changed"] == []
        assert engine.directory["gpt2"].settings.deployments[0].latency.ms == 5

    def test_of_one_deployment(self, ask):
        assert ask("PATCH endpoints/gpt2?deployment=green", {"state": "not_ready"})[1]["changed"] == ["green.state"]
        ask("PATCH endpoints/gpt2?deployment=blue", {"latency": 7})
        assert ask("POST endpoints/gpt2/reset?deployment=green")[1]["changed"] == ["blue.latency"]

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            ({"latencyy": 1}, "gpt2: latencyy: unknown setting (did you mean 'latency'?)"),
            ({"latency": {"type": "constant", "ms": -1}}, "gpt2: latency.ms: Input should be greater than"),
            ({"port": 1}, "gpt2: port: cannot change while the endpoint runs"),
            ({"traffic": {"blue": 1}}, "gpt2: traffic must sum to 100 (or 0), not 1"),
            ({"key": "has a blank"}, "gpt2: key: expected printable ASCII characters without blanks"),
            ({}, "expected settings as a JSON object"),
            ([1], "expected settings as a JSON object"),
            (b"{", "expected JSON: "),
            (b"\xff", "expected JSON: "),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_refused_and_changes_nothing(self, ask, engine, body, told):
        before = engine.directory["gpt2"].settings
        status, answer = ask("PATCH endpoints/gpt2", body)
        assert (status, answer["error"][: len(told)]) == (400, told)
        assert engine.directory["gpt2"].settings is before

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("answer", {"type": "python", "function": "os:system"}),
            ("answer", {"type": "file", "path": "/etc/hostname"}),
            ("latency", {"type": "empirical", "file": "/etc/hostname"}),
            ("latency", {"type": "mixture", "parts": [{"latency": {"type": "empirical", "file": "/etc/hostname"}}]}),
        ],
    )  # fmt: skip
    def test_no_file_and_no_function_can_be_named_from_afar(self, ask, setting, value):
        status, answer = ask("PATCH endpoints/gpt2", {setting: value})
        assert (status, "not over the network" in answer["error"]) == (400, True)
        status, answer = ask("POST scenario/start", {"steps": [{"at": 0, "set": {setting: value}}]})
        assert (status, "not over the network" in answer["error"]) == (400, True)

    @pytest.mark.parametrize("line", ["GET endpoints/gtp2", "PATCH endpoints/gtp2", "POST endpoints/gtp2/reset"])
    def test_unknown_endpoints_and_deployments(self, ask, line):
        assert ask(line, {"state": "ready"}) == (
            404,
            {"error": "no endpoint 'gtp2' (did you mean 'gpt2'?); there are: gpt2, chat"},
        )
        told = "gpt2 has no deployment 'bleu' (did you mean 'blue'?); there are: blue, green"
        assert ask(line.replace("gtp2", "gpt2") + "?deployment=bleu", {"state": "ready"}) == (404, {"error": told})


class TestScenario:
    STORM = {
        "steps": [
            {"at": 0, "endpoint": "gpt2", "set": {"state": "not_ready"}, "label": "down"},
            {"at": 3600, "recover": True},
        ]
    }

    def test_starts_stands_and_stops(self, ask):
        assert ask("GET scenario") == (200, {"playing": False})
        status, standing = ask("POST scenario/start", self.STORM)
        assert (status, standing["playing"], standing["round"]) == (200, True, 1)
        assert ask("GET endpoints/gpt2")[1]["changed"] == ["state"]
        assert [one["taken"] for one in ask("GET scenario")[1]["steps"]] == [True, False]
        assert ask("POST scenario/stop") == (200, {"playing": False})
        assert ask("GET endpoints/gpt2")[1]["changed"] == []

    def test_can_be_played_again(self, ask):
        assert ask("POST scenario/start")[0] == 400
        ask("POST scenario/start", self.STORM)
        ask("POST scenario/stop")
        assert ask("POST scenario/start")[1]["steps"][0]["label"] == "down"

    def test_reset_plays_it_from_its_beginning(self, ask, engine):
        ask("POST scenario/start", self.STORM)
        ask("GET scenario")
        ask("POST reset")
        assert engine.performance.done == 0

    def test_one_that_is_wrong_is_refused(self, ask):
        told = "scenario: steps[0].endpoint: no endpoint 'x'; there are: gpt2, chat"
        assert ask("POST scenario/start", {"steps": [{"at": 1, "endpoint": "x", "recover": True}]}) == (
            400,
            {"error": told},
        )
        assert ask("POST scenario/start", 5)[0] == 400


def test_other_methods_and_paths(ask):
    assert ask("PUT endpoints/gpt2") == (405, {"error": "/_emulator/endpoints/gpt2 takes GET and PATCH"})
    assert ask("GET endpoints/gpt2/x")[0] == ask("GET nope")[0] == 404


def test_an_answer_ends_its_line(engine):
    status, body = Admin(engine, str).answer("GET", "/_emulator/calls", {})
    assert (status, body) == (200, b"[]\n")
