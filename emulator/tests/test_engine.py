"""The front door and the container, seen through `Engine.score`."""

import math
import re
from collections import Counter

import pytest

from azureml_emulator.draw import canonical
from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.wire import Call

GPT2 = {"inputs": {"input_string": ["hello"]}}
CHAT = {"messages": [{"role": "user", "content": "hello"}]}


class TestHeaders:
    def test_a_dedicated_answer_has_the_captured_headers_in_order(self, score):
        reply = score()
        names = [name for name, _ in reply.headers]
        assert names == [
            "server",
            "date",
            "content-type",
            "content-length",
            "x-ms-run-function-failed",
            "x-ms-run-fn-exec-ms",
            "x-ms-server-version",
            "x-ms-request-id",
            "x-request-id",
            "azureml-model-deployment",
            "azureml-model-session",
        ]
        headers = dict(reply.headers)
        assert headers["server"] == "azureml-frontdoor"
        assert headers["date"] == "Tue, 14 Nov 2023 22:13:20 GMT"
        assert headers["content-length"] == str(len(reply.body))
        assert headers["x-ms-run-function-failed"] == "False"
        assert re.fullmatch(r"\d+\.\d{3}", headers["x-ms-run-fn-exec-ms"])
        assert headers["x-request-id"] == headers["x-ms-request-id"]
        assert headers["azureml-model-deployment"] == "default"

    def test_a_callers_request_id_is_overwritten(self, score, headers_of):
        assert headers_of(score(x_request_id="mine"))["x-request-id"] != "mine"

    def test_a_client_request_id_is_echoed_and_becomes_the_containers(self, score, headers_of):
        headers = headers_of(score(x_ms_client_request_id="my-id_1"))
        assert headers["x-ms-client-request-id"] == headers["x-ms-request-id"] == "my-id_1"
        assert headers["x-request-id"] != "my-id_1"

    def test_a_client_request_id_is_cut_to_forty_characters(self, score, headers_of):
        assert headers_of(score(x_ms_client_request_id="a" * 99))["x-ms-client-request-id"] == "a" * 40

    @pytest.mark.parametrize("given", ["a b", "a;b", "é", "a\nb", ""])
    def test_a_client_request_id_of_other_characters_is_dropped(self, score, headers_of, given):
        assert "x-ms-client-request-id" not in headers_of(score(x_ms_client_request_id=given))


class TestAuthentication:
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_the_scheme_is_read_in_any_case(self, engine, make_call, scheme):
        call = make_call(key=None, authorization=f"{scheme} azureml-emulator-development-key")
        assert engine.score(call).status == 200

    @pytest.mark.parametrize(
        "authorization", ["Bearer wrong", "Bearer azureml-emulator-development-ke", "Bearer é\udcff"]
    )
    def test_a_wrong_key_is_denied(self, score, authorization):
        reply = score(key=None, authorization=authorization)
        assert (reply.status, reply.body) == (401, b"key_auth_access_denied")
        assert ("content-type", "text/plain") in reply.headers

    def test_no_key_is_denied(self, score):
        assert score(key=None).status == 401

    @pytest.mark.parametrize("authorization", ["azureml-emulator-development-key", "Basic abc", "Bearer", "Bearer "])
    def test_on_dedicated_endpoints_anything_but_a_bearer_is_a_bad_header(self, score, authorization):
        reply = score(key=None, authorization=authorization)
        assert (reply.status, reply.body) == (403, b"key_auth_bad_header_forbidden")

    @pytest.mark.parametrize(
        "headers",
        [
            {"authorization": "azureml-emulator-development-key"},
            {"authorization": "bearer azureml-emulator-development-key"},
            {"api_key": "azureml-emulator-development-key"},
            {"authorization": "", "api_key": "azureml-emulator-development-key"},
            {
                "authorization": "Bearer azureml-emulator-development-key",
                "api_key": "azureml-emulator-development-key",
            },
        ],
    )
    def test_serverless_endpoints_take_a_bare_key_and_api_key_too(self, score, headers):
        assert score(CHAT, path="/chat/completions", listener="chat", key=None, **headers).status == 200

    def test_the_key_is_checked_before_the_body(self, score):
        assert score(b"not json", key="wrong").status == 401

    def test_each_endpoint_has_its_own_key(self, make_call):
        engine = Engine([Endpoint("a", schema="gpt2", key="one"), Endpoint("b", schema="gpt2", key="two")])
        assert engine.score(make_call(listener="a", key="one")).status == 200
        assert engine.score(make_call(listener="a", key="two")).status == 401


class TestContainer:
    @pytest.mark.parametrize(
        ("change", "status", "says"),
        [
            ({"method": "GET"}, 400, "A value is not provided for the 'inputs' parameter."),
            ({"method": "PUT"}, 405, "The method is not allowed for the requested URL."),
            ({"path": "/nope"}, 404, "The requested URL was not found on the server."),
            ({"path": "/score/"}, 404, "The requested URL was not found on the server."),
            ({"content_type": "text/plain"}, 415, "Expects Content-Type to be application/json"),
            ({"content_type": ""}, 415, "Expects Content-Type to be application/json"),
            ({"body": b""}, 400, "POST body is empty. Expecting a JSON dictionary."),
            ({"body": b"{"}, 400, "POST body could not be decoded as JSON: Expecting property name"),
            ({"body": b"\xff{}"}, 500, "An unexpected internal error occurred. Check the logs for more info."),
            ({"body": b"[" * 100_000}, 500, "An unexpected internal error occurred. Check the logs for more info."),
            ({"body": b"1" * 5000}, 500, "An unexpected internal error occurred. Check the logs for more info."),
            ({"body": []}, 400, "POST body should be a JSON dictionary."),
            ({"body": {"input": 1}}, 400, "A value is not provided for the 'inputs' parameter."),
            ({"body": {"inputs": 1}}, 400, "inputs: Input should be a valid dictionary"),
        ],
    )
    def test_whatever_a_dedicated_container_refuses_is_a_424_with_its_own_body(
        self, score, headers_of, json_of, change, status, says
    ):
        reply = score(**change)
        assert reply.status == 424
        headers = headers_of(reply)
        assert headers["ms-azureml-model-error-statuscode"] == str(status)
        assert headers["ms-azureml-model-error-reason"] == "model_error"
        assert json_of(reply)["message"].startswith(says)

    @pytest.mark.parametrize(
        ("change", "status", "says"),
        [
            ({"method": "GET"}, 405, b'{"detail":"Method Not Allowed"}'),
            ({"path": "/nope"}, 404, b'{"detail":"Not Found"}'),
            ({"content_type": "text/plain"}, 422, b'"type":"model_attributes_type"'),
            ({"body": b"{"}, 422, b'"type":"json_invalid","loc":["body",1]'),
            ({"body": b""}, 422, b'"type":"json_invalid"'),
            ({"body": {}}, 422, b'"loc":["body","messages"]'),
        ],
    )
    def test_serverless_refusals_keep_their_status(self, score, headers_of, change, status, says):
        reply = score(**{"body": CHAT, "path": "/chat/completions", "listener": "chat", **change})
        assert reply.status == status
        assert says in reply.body
        assert "ms-azureml-model-error-statuscode" not in headers_of(reply)

    @pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "application/json ;x"])
    def test_json_may_be_declared_in_any_way(self, score, kind):
        assert score(content_type=kind).status == 200

    def test_a_body_over_the_limit_is_refused(self, engine, make_call, headers_of):
        reply = engine.score(make_call()._replace(body=b"", oversized=True))
        assert (reply.status, headers_of(reply)["ms-azureml-model-error-statuscode"]) == (424, "413")

    def test_a_failing_answer_is_what_a_failing_score_py_is(self, make_call, headers_of, json_of):
        engine = Engine([Endpoint("gpt2", schema="gpt2", answer=lambda prompt, parameters: 1 / 0)])
        reply = engine.score(make_call())
        headers = headers_of(reply)
        assert (reply.status, headers["ms-azureml-model-error-statuscode"]) == (424, "500")
        assert headers["x-ms-run-function-failed"] == "True"
        assert json_of(reply)["message"].startswith("An unexpected error occurred in scoring script.")
        assert reply.exchange.notes == ["ZeroDivisionError: division by zero"]

    def test_a_failing_answer_on_a_serverless_endpoint_is_a_500(self, make_call, json_of):
        engine = Engine([Endpoint("chat", schema="chat", answer=lambda prompt, parameters: 1 / 0)])
        reply = engine.score(make_call(CHAT, path="/chat/completions", listener="chat"))
        assert reply.status == json_of(reply)["error"]["status"] == 500

    @pytest.mark.parametrize("raised", [SystemExit(3), pytest.fail.Exception("must not be called")])
    def test_whatever_an_answer_raises_is_a_failed_scoring(self, make_call, raised):
        def answer(prompt, parameters):
            raise raised

        engine = Engine([Endpoint("gpt2", schema="gpt2", answer=answer)])
        assert engine.score(make_call()).status == 424

    @pytest.mark.parametrize("limit", ["x", [1], {}, 1.5, True, None, math.inf])
    @pytest.mark.parametrize("name", ["max_new_tokens", "max_gen_len", "max_length"])
    def test_a_limit_that_is_none_limits_nothing(self, make_call, name, limit):
        engine = Engine([Endpoint("chat", schema="chat", answer="faker")])
        call = make_call({**CHAT, name: limit}, path="/v1/chat/completions", listener="chat")
        assert engine.score(call).status == 200

    def test_the_probe_of_the_container_answers_a_caller_with_a_key(self, score):
        assert score(b"", method="GET", path="/").body == b"Healthy"
        assert score(b"", method="GET", path="/", listener="chat").body == b'"healthy"'

    def test_dedicated_json_is_pythons_and_serverless_json_is_compact_utf8(self, score):
        assert score({"inputs": {"input_string": ["é"]}}).body == b'[{"0": "\\u00e9"}]'
        body = {"messages": [{"role": "user", "content": "é"}]}
        assert '"content":"é"'.encode() in score(body, path="/chat/completions", listener="chat").body

    @pytest.mark.parametrize("text", ["\ud83c", "a\x00b", "\u2028", '"\\', "😀"])
    def test_any_text_comes_back(self, score, json_of, text):
        assert json_of(score({"inputs": {"input_string": [text]}})) == [{"0": text}]
        reply = score({"messages": [{"role": "user", "content": text}]}, path="/chat/completions", listener="chat")
        assert json_of(reply)["choices"][0]["message"]["content"] == text

    def test_a_function_that_changes_what_it_is_given_changes_no_later_request(self, make_call, json_of):
        def meddle(prompt, parameters):
            parameters["deep"].append(len(parameters["deep"]))
            return str(parameters["deep"])

        engine = Engine([Endpoint("gpt2", schema="gpt2", answer=meddle)])
        call = make_call({"inputs": {"input_string": ["a"]}, "parameters": {"deep": []}})
        assert [json_of(engine.score(call)) for _ in range(3)] == [[{"0": "[0]"}]] * 3

    def test_not_a_number_is_read_as_python_reads_it(self, score):
        reply = score(b'{"inputs": {"input_string": ["a"]}, "parameters": {"temperature": NaN}}')
        assert math.isnan(reply.exchange.parameters["temperature"])


class TestDeployments:
    @pytest.fixture
    def split(self):
        blue = Deployment("blue", answer="echo")
        green = Deployment("green", answer={"type": "fixed", "text": "green"})
        shadow = Deployment("shadow", answer={"type": "fixed", "text": "shadow"})
        traffic = {"blue": 70, "green": 30}
        return Engine([Endpoint("gpt2", schema="gpt2", deployments=[blue, green, shadow], traffic=traffic)])

    def test_traffic_is_split_by_percentage(self, split, make_call, headers_of):
        bodies = [{"inputs": {"input_string": [str(number)]}} for number in range(1000)]
        chosen = Counter(headers_of(split.score(make_call(body)))["azureml-model-deployment"] for body in bodies)
        assert set(chosen) == {"blue", "green"}
        assert 250 < chosen["green"] < 350

    def test_the_same_request_is_split_too(self, split, make_call, headers_of):
        chosen = Counter(headers_of(split.score(make_call()))["azureml-model-deployment"] for _ in range(500))
        assert 100 < chosen["green"] < 200

    def test_a_header_reaches_any_deployment_also_without_traffic(self, split, make_call, json_of):
        assert json_of(split.score(make_call(azureml_model_deployment="shadow"))) == [{"0": "shadow"}]

    def test_an_unknown_deployment_is_not_found(self, split, make_call, headers_of):
        reply = split.score(make_call(azureml_model_deployment="nope"))
        assert (reply.status, reply.body) == (404, b"Specified deployment could not be found")
        assert "azureml-model-deployment" not in headers_of(reply)

    def test_an_endpoint_without_traffic_is_reached_by_header_only(self, make_call):
        engine = Engine([Endpoint("gpt2", schema="gpt2", traffic={"default": 0})])
        reply = engine.score(make_call())
        assert (reply.status, reply.body) == (404, b"Specified traffic group could not be found")
        assert engine.score(make_call(azureml_model_deployment="default")).status == 200


class TestDeterminism:
    def replies(self, calls, seed=0):
        deployments = [Deployment("a", answer="faker"), Deployment("b", answer="faker")]
        split = {"a": 50, "b": 50}
        engine = Engine([Endpoint("gpt2", schema="gpt2", deployments=deployments, traffic=split)], seed)
        return [engine.score(call) for call in calls]

    def calls(self, make_call):
        return [make_call({"inputs": {"input_string": [f"prompt {n % 7}"]}}) for n in range(50)]

    def test_the_same_seed_gives_the_same_run(self, make_call):
        calls = self.calls(make_call)
        assert self.replies(calls) == self.replies(calls)
        assert self.replies(calls) != self.replies(calls, seed=1)

    def test_the_order_of_different_requests_changes_nothing(self, make_call):
        calls = self.calls(make_call)
        key = lambda pair: (pair[0].body, pair[1].headers)  # noqa: E731
        forth = sorted(zip(calls, self.replies(calls), strict=True), key=key)
        back = sorted(zip(calls[::-1], self.replies(calls[::-1]), strict=True), key=key)
        assert forth == back

    def test_repetitions_have_their_own_ids_but_the_same_text(self, make_call):
        first, second = self.replies([make_call(azureml_model_deployment="a")] * 2)
        assert first.body == second.body
        assert dict(first.headers)["x-request-id"] != dict(second.headers)["x-request-id"]

    def test_spacing_and_order_of_keys_make_no_other_request(self, make_call):
        one = make_call(b'{"inputs": {"input_string": ["a"]}, "parameters": {"x": 1, "y": 2}}')
        other = make_call(b'{"parameters":{"y":2,"x":1},"inputs":{"input_string":["a"]}}')
        assert self.replies([one])[0][:4] == self.replies([other])[0][:4]

    def test_however_it_is_spelt_a_request_is_counted_once(self, make_call):
        one = make_call(b'{"inputs": {"input_string": ["a"]}}')
        other = make_call(b'{"inputs":{"input_string":["a"]}}')
        ids = [
            [dict(reply.headers)["x-request-id"] for reply in self.replies(run)]
            for run in ([one] * 4, [other] * 4, [one, other, one, other])
        ]
        assert ids[0] == ids[1] == ids[2]
        assert len(set(ids[0])) == 4

    def test_a_refused_request_does_not_count_for_one_with_the_right_key(self, make_call):
        body = {"inputs": {"input_string": ["a"]}}
        right, wrong = make_call(body), make_call(body, key="wrong")
        alone, after = self.replies([right])[0], self.replies([wrong, wrong, right])[2]
        assert alone == after

    def test_a_reset_starts_the_run_again(self, engine, make_call):
        before = engine.score(make_call())
        engine.score(make_call())
        engine.reset()
        assert engine.score(make_call()) == before
        assert len(engine.journal) == 1


class TestTimetable:
    def test_a_plain_answer_is_one_write_when_the_latency_says(self, make_call, headers_of):
        engine = Engine([Endpoint("gpt2", schema="gpt2", latency={"type": "constant", "ms": 250})])
        reply = engine.score(make_call())
        assert [due for due, _ in reply.writes] == [0.25]
        assert headers_of(reply)["x-ms-run-fn-exec-ms"] == "250.000"
        assert reply.exchange.seconds == 0.25

    def test_a_plain_answer_takes_as_long_as_all_its_tokens(self, make_call):
        engine = Engine([Endpoint("gpt2", schema="gpt2", latency={"type": "tokens", "first_ms": 100, "gap_ms": 10})])
        reply = engine.score(make_call({"inputs": {"input_string": ["one", "one two three"]}}))
        assert reply.seconds == pytest.approx(0.12)

    def test_a_stream_spaces_its_tokens(self, make_call):
        engine = Engine([Endpoint("chat", schema="chat", latency={"type": "tokens", "first_ms": 100, "gap_ms": 10})])
        body = {"messages": [{"role": "user", "content": "one two three"}], "stream": True}
        reply = engine.score(make_call(body, path="/chat/completions", listener="chat"))
        assert [due for due, _ in reply.writes] == pytest.approx([0.1, 0.1, 0.11, 0.12, 0.12, 0.12])


def test_a_draining_engine_takes_no_new_work(engine, make_call):
    before, after = make_call(), make_call()._replace(at=1_800_000_000.0)
    engine.drain(at=1_750_000_000.0)
    assert engine.draining
    assert engine.score(after).status == 503
    assert engine.score(before).status == 200, "what had begun to arrive before is served"


def test_what_came_once_takes_next_to_no_memory(make_call):
    engine = Engine([Endpoint("gpt2", schema="gpt2")])
    live = engine.directory["gpt2"]
    for _ in range(2):
        for number in range(5):
            engine.score(make_call({"inputs": {"input_string": [str(number)]}}))
        assert (len(live._keys), len(live.tally)) in {(0, 5), (5, 5)}
    assert len(live._keys) == 5


def test_a_call_is_a_value():
    call = Call("POST", "/score", {}, canonical(GPT2))
    with pytest.raises(AttributeError):
        call.method = "GET"  # type: ignore[misc]


def test_an_endpoint_put_in_place_of_another_goes_on_from_it(engine, make_call, json_of):
    before = engine.score(make_call())
    engine.put(Endpoint("gpt2", schema="llama"))
    reply = engine.score(make_call({"input_data": {"input_string": ["new"]}}))
    assert json_of(reply) == [{"0": "new"}]
    engine.put(Endpoint("gpt2", schema="gpt2"))
    again = engine.score(make_call())
    assert dict(again.headers)["x-request-id"] != dict(before.headers)["x-request-id"]
    engine.put(Endpoint("another", schema="gpt2"))
    assert engine.score(make_call(listener="another")).status == 200
