"""What becomes of an answer source's decisions on an endpoint: in virtual time, without a socket."""

import json

import pytest

from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.wire import Call

KEY = "a-key-that-nobody-may-see"
NOON = 1_700_000_000.0
BUSY = {"rules": [{"when": {"prompt": {"contains": "busy"}}, "faults": [{"status": 429}], "name": "busy"}]}
STEPS = {"sequence": [{"fixed": "one"}, {"fixed": "two"}, {"fixed": "three"}]}


def call(*prompts, at=0.0, **headers):
    body = json.dumps({"inputs": {"input_string": list(prompts) or ["Hi"]}}).encode()
    sent = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    sent |= {name.replace("_", "-"): one for name, one in headers.items()}
    return Call("POST", "/score", sent, body, NOON + at)


def chat(text="Hi", **settings):
    body = json.dumps({"messages": [{"role": "user", "content": text}], **settings}).encode()
    sent = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    return Call("POST", "/v1/chat/completions", sent, body, NOON)


def made(answer, schema="gpt2", **settings):
    return Engine([Endpoint("a", schema=schema, key=KEY, answer=answer, **settings)])


def texts(engine, *calls):
    return [json.loads(engine.score(one).body)[0]["0"] for one in calls]


class TestBodies:
    @pytest.mark.parametrize("schema", ["gpt2", "chat"])
    def test_a_body_stands_in_place_of_the_shape_s(self, schema):
        reply = made({"json": {"odd": "é"}}, schema).score(call() if schema == "gpt2" else chat())
        assert (reply.status, json.loads(reply.body)) == (200, {"odd": "é"})
        assert reply.header("content-type") == "application/json"
        assert reply.header("content-length") == str(len(reply.body))

    def test_it_is_one_whole_body_even_if_a_stream_is_asked_for(self):
        reply = made({"json": {}}, "chat").score(chat(stream=True, n=2))
        assert (reply.chunked, reply.body) == (False, b"{}")

    def test_it_takes_its_time(self):
        assert made({"json": {"a": "b"}}, latency=250).score(call()).seconds == 0.25


class TestFaults:
    def test_a_rule_s_fault_strikes_its_calls_alone(self):
        engine = made(BUSY)
        assert [engine.score(call(text)).status for text in ("hello", "busy", "hello", "busy")] == [
            200,
            429,
            200,
            429,
        ]
        struck = list(engine.journal)[1]
        assert (struck.rule, struck.faults, struck.prompts) == ("busy", ("status",), ["busy"])

    def test_each_of_its_three_places(self):
        for fault, status in ({"status": 503}, 503), ({"model_error": 418}, 424), ("truncated", 200):
            engine = made({"rules": [{"faults": [fault]}]})
            reply = engine.score(call())
            kind = fault if isinstance(fault, str) else next(iter(fault))
            assert (reply.status, reply.exchange.faults) == (status, (kind,))

    def test_any_prompt_of_several_strikes_the_whole_answer(self):
        reply = made(BUSY).score(call("hello", "busy", "busy"))
        assert (reply.status, reply.exchange.rule, reply.exchange.faults) == (429, "busy", ("status",))

    def test_its_own_settings_say_when_it_strikes(self):
        engine = made({"rules": [{"when": {"prompt": "busy"}, "faults": [{"status": 429, "times": 2}]}]})
        calls = ["busy", "hello", "busy", "busy"]
        assert [engine.score(call(text)).status for text in calls] == [429, 200, 429, 200]

    def test_chance_is_not_that_of_the_deployment_s_faults(self):
        fault = {"status": 429, "probability": 0.5}
        ruled, own = made({"rules": [{"faults": [fault]}]}), made("echo", faults=[fault])
        calls = [call(f"Hi {number}") for number in range(60)]
        struck = [[engine.score(one).status == 429 for one in calls] for engine in (ruled, own)]
        assert struck[0] != struck[1]
        assert all(15 < sum(one) < 45 for one in struck)

    def test_it_comes_after_the_deployment_s(self):
        engine = made({"rules": [{"faults": [{"status": 503}]}]}, faults=[{"status": 429, "times": 1}])
        assert [engine.score(call()).status for _ in range(2)] == [429, 503]

    def test_it_frees_the_slot_that_was_taken(self):
        limits = {"max_concurrent_requests_per_instance": 1}
        engine = made(BUSY, latency=1000, request_settings=limits)
        assert [engine.score(call("busy")).status for _ in range(5)] == [429] * 5
        assert engine.score(call("hello", at=0.1)).seconds == pytest.approx(1.0)


class TestLatency:
    def test_a_rule_s_latency_stands_in_for_the_deployment_s(self):
        answer = {
            "rules": [{"when": {"prompt": "slow"}, "latency": 900}, {"when": {"prompt": "quick"}, "latency": 0}]
        }
        engine = made(answer, latency=100)
        assert [engine.score(call(text)).seconds for text in ("slow", "quick", "hello")] == [0.9, 0.0, 0.1]
        assert engine.score(call("hello", "slow", "quick")).seconds == 0.9
        assert engine.score(call("quick", "slow")).seconds == 0.9

    def test_it_paces_a_stream(self):
        answer = {"rules": [{"latency": {"type": "tokens", "first_ms": 50, "gap_ms": 10}}]}
        reply = made(answer, "chat").score(chat("one two three", stream=True))
        assert reply.writes[0][0] == pytest.approx(0.05)
        assert reply.seconds == pytest.approx(0.07)

    def test_it_counts_for_the_container_s_time_limit(self):
        engine = made({"rules": [{"latency": 900}]}, deployments=(Deployment(scoring_timeout_ms=500),))
        assert engine.score(call()).status == 424


class TestTurns:
    def test_a_change_of_settings_keeps_count_and_a_reset_begins_anew(self):
        engine = made(STEPS)
        assert texts(engine, call()) == ["one"]
        engine.change("a", latency=5)
        assert texts(engine, call(), call()) == ["two", "three"]
        engine.reset()
        assert texts(engine, call()) == ["one"]

    def test_another_source_begins_anew(self):
        engine = made(STEPS)
        engine.score(call())
        engine.change("a", answer=dict(STEPS))
        assert texts(engine, call()) == ["one"]

    def test_deployments_share_the_endpoint_s_source(self):
        endpoint = {"deployments": (Deployment("blue"), Deployment("green")), "traffic": {"blue": 100}}
        engine = made(STEPS, **endpoint)
        green = call(azureml_model_deployment="green")
        assert texts(engine, call(), green, call()) == ["one", "two", "three"]

    def test_a_mirrored_copy_takes_no_turn_of_its_own_and_no_fault(self):
        answer = {"rules": [{"when": {"call": 2}, "faults": [{"status": 429}]}]}
        deployments = (Deployment("blue"), Deployment("green"))
        engine = made(answer, deployments=deployments, traffic={"blue": 100}, mirror_traffic={"green": 50})
        statuses = [engine.score(call(f"Hi {number}")).status for number in range(20)]
        assert statuses == [200, 429, *[200] * 18]
        copies = [one for one in engine.journal if one.mirror]
        assert copies
        assert {one.status for one in copies} == {200}

    def test_a_refused_call_takes_none(self):
        engine = made(STEPS)
        wrong = call(authorization="Bearer nope")
        malformed = call()._replace(body=b"{")
        assert [engine.score(one).status for one in (wrong, malformed)] == [401, 424]
        assert texts(engine, call()) == ["one"]

    def test_the_arrival_is_that_of_the_very_request(self):
        engine = made({"template": "$arrival"})
        calls = [call("a"), call("b"), call("a"), call("a"), call("b")]
        assert texts(engine, *calls) == ["1", "1", "2", "3", "2"]


class TestJournal:
    def test_an_unmatched_request_is_visible(self):
        engine = made({"rules": [{"when": {"prompt": "a", "header": {"x-team": "otter"}}}]})
        exchange = engine.score(call("b", x_team=f"not {KEY}")).exchange
        assert exchange.rule == ""
        told = "prompt: expected 'a', got 'b'; header x-team: expected 'otter', got 'not **********'"
        assert exchange.notes == [f"no rule matched; nearest is rule 1: {told}"]
        assert exchange.as_dict()["notes"] == exchange.notes

    def test_the_rules_that_matched_are_named(self):
        engine = made({"rules": [{"when": {"prompt": "a"}}, {"when": {"prompt": "b"}, "name": "second"}]})
        exchange = engine.score(call("b", "a", "b", "c")).exchange
        assert (exchange.rule, exchange.as_dict()["rule"]) == ("second; 1", "second; 1")
        assert [note[:40] for note in exchange.notes] == ["no rule matched; nearest is rule 1: prom"]

    @pytest.mark.parametrize(("schema", "status"), [("gpt2", 424), ("chat", 404)])
    def test_strict_refuses_visibly(self, schema, status):
        engine = made({"rules": [{"when": {"prompt": "a"}}], "strict": True}, schema)
        reply = engine.score(call("b") if schema == "gpt2" else chat("b"))
        words = "azureml-emulator: no rule matched; nearest is rule 1: prompt: expected 'a', got 'b'"
        assert (reply.status, reply.exchange.prompts) == (status, ["b"])
        assert words in reply.body.decode()
        assert reply.exchange.notes == [words]


def test_what_goes_by_the_request_is_the_same_in_any_order():
    rules = [{"when": {"prompt": {"regex": f"[{number}]$"}}, "answer": "faker"} for number in range(3)]
    engine = made({"rules": rules, "otherwise": {"template": "$prompt"}})
    calls = [call(f"Hi {number}") for number in range(9)]
    first = [engine.score(one).body for one in calls]
    engine.reset()
    assert [engine.score(one).body for one in reversed(calls)][::-1] == first


def test_an_endpoint_without_rules_has_nothing_of_all_this():
    exchange = made("echo").score(call()).exchange
    assert (exchange.rule, exchange.remarks, exchange.notes) == ("", (), [])
