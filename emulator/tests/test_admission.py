"""Limits in virtual time: arrivals are values, nothing waits."""

import json
from math import inf
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from azureml_emulator.endpoint import Deployment, Endpoint, RequestSettings
from azureml_emulator.engine import Engine
from azureml_emulator.wire import End

NOON = 1_700_000_000.0
SECOND = {"type": "constant", "ms": 1000}
REASON = "ms-azureml-model-error-reason"
MODEL_STATUS = "ms-azureml-model-error-statuscode"
FUZZING = settings(
    deadline=None, derandomize=True, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def limited(at_once=None, timeout=None, *, schema="gpt2", latency=SECOND, **more):
    limits = RequestSettings(max_concurrent_requests_per_instance=at_once, request_timeout_ms=timeout)
    return Engine([Endpoint("gpt2", schema=schema, latency=latency, request_settings=limits, **more)])


@pytest.fixture
def arrive(make_call):
    """Score the same call at several times, in seconds after noon."""

    def arrive(engine, *times, **asked):
        return [engine.score(make_call(**asked)._replace(at=NOON + time)) for time in times]

    return arrive


class TestQueue:
    def test_calls_wait_for_a_slot_in_the_order_of_arrival(self, arrive):
        replies = arrive(limited(1), 0, 0.25, 2)
        assert [reply.seconds for reply in replies] == [1, 1.75, 1]
        assert [reply.exchange.seconds for reply in replies] == [1, 1.75, 1]
        assert {dict(reply.headers)["x-ms-run-fn-exec-ms"] for reply in replies} == {"1000.000"}

    def test_more_than_twice_as_many_as_there_are_slots_are_refused(self, arrive, headers_of):
        replies = arrive(limited(2, instance_count=2), *[0] * 9, 1)
        assert [reply.status for reply in replies] == [200] * 8 + [429, 200]
        refused = replies[8]
        assert (refused.body, refused.seconds) == (b"", 0)
        headers = headers_of(refused)
        assert (headers["content-type"], headers["content-length"]) == ("text/plain", "0")
        assert headers[REASON] == "too_many_pending_request"
        assert headers["azureml-model-deployment"] == "default"
        assert refused.exchange.notes == ["8 requests are in flight, for 4 at once"]

    def test_who_is_refused_is_not_asked(self, arrive):
        asked = []
        engine = limited(1, answer=lambda prompt, parameters: asked.append(prompt) or "")
        arrive(engine, 0, 0, 0)
        assert len(asked) == 2

    def test_answers_that_take_no_time_are_never_in_each_others_way(self, arrive):
        assert {reply.status for reply in arrive(limited(1, latency=None), *[0] * 50)} == {200}

    def test_each_deployment_has_its_own(self, arrive):
        limits = {"max_concurrent_requests_per_instance": 1}
        blue, green = Deployment("blue", request_settings=limits), Deployment("green")
        split = {"blue": 100, "green": 0}
        engine = Engine([Endpoint("gpt2", schema="gpt2", latency=SECOND, deployments=[blue, green], traffic=split)])
        assert [one.status for one in arrive(engine, 0, 0, 0)] == [200, 200, 429]
        assert {one.status for one in arrive(engine, *[0] * 9, azureml_model_deployment="green")} == {200}

    def test_a_reset_empties_it_and_so_does_a_clock_set_back(self, arrive):
        engine = limited(1)
        assert [one.status for one in arrive(engine, 0, 0, 0)] == [200, 200, 429]
        engine.reset()
        assert [one.status for one in arrive(engine, 0, 0, 0)] == [200, 200, 429]
        assert arrive(engine, -3600)[0].seconds == 1

    def test_a_call_that_is_refused_by_the_container_holds_its_slot_too(self, arrive):
        engine = limited(1, answer=lambda prompt, parameters: 1 / 0)
        assert {one.status for one in arrive(engine, *[0] * 5)} == {424}, "and that takes no time"


class TestTimeout:
    def test_a_container_that_is_too_slow_is_given_up(self, arrive, headers_of):
        (reply,) = arrive(limited(timeout=999), 0)
        assert (reply.status, reply.body, reply.seconds) == (408, b"upstream request timeout", 0.999)
        assert ("content-type", "text/plain") in reply.headers
        assert headers_of(reply)["azureml-model-deployment"] == "default"
        assert reply.exchange.prompts == ["hello"], "the container got it"
        assert reply.exchange.notes == ["the answer takes 1000 ms, request_timeout_ms is 999"]

    def test_one_that_is_just_in_time_is_not(self, arrive):
        assert arrive(limited(timeout=1000), 0)[0].status == 200

    def test_the_container_goes_on_and_keeps_its_slot(self, arrive):
        replies = arrive(limited(1, 750), 0, 0.8, 0.8)
        assert [(one.status, one.seconds) for one in replies[:2]] == [(408, 0.75)] * 2
        assert replies[2].status == 429, "the first one works until 1"

    def test_who_waits_too_long_never_gets_to_the_container(self, arrive):
        asked = []
        engine = limited(1, 250, answer=lambda prompt, parameters: asked.append(prompt) or "")
        replies = arrive(engine, 0, 0.25, 0.5, 1)
        assert [one.status for one in replies] == [408] * 4
        assert len(asked) == 2, "the first, and the one that comes when its slot is free"
        assert replies[1].exchange.notes == ["the request waited for a slot, request_timeout_ms is 250"]
        assert replies[1].exchange.prompts == []

    def test_who_waits_is_in_flight_until_the_time_is_up(self, arrive):
        assert [one.status for one in arrive(limited(1, 250), 0, 0, 0.125, 0.25)] == [408, 408, 429, 408]

    @pytest.mark.parametrize(
        ("timeout", "status", "cut", "pieces"), [(99, 408, None, 1), (115, 200, 0.115, 3), (500, 200, None, 6)]
    )
    def test_a_stream_that_began_in_time_is_cut_off(self, arrive, timeout, status, cut, pieces):
        engine = limited(timeout=timeout, schema="chat", latency={"type": "tokens", "first_ms": 100, "gap_ms": 10})
        body = {"messages": [{"role": "user", "content": "one two three"}], "stream": True}
        (reply,) = arrive(engine, 0, body=body, path="/chat/completions")
        assert (reply.status, reply.end, len(reply.writes)) == (status, cut and End(cut), pieces)
        if cut:
            assert reply.seconds == reply.exchange.seconds == cut
            assert b"[DONE]" not in reply.body
            assert reply.exchange.notes == ["cut off: the answer takes 120 ms"]


@pytest.mark.parametrize(
    ("state", "reason"), [("not_ready", "model_not_ready"), ("too_few_instances", "too_few_model_instance")]
)
def test_a_deployment_that_is_not_up_has_no_healthy_upstream(arrive, headers_of, state, reason):
    (reply,) = arrive(limited(state=state), 0)
    assert (reply.status, reply.body) == (424, b"no healthy upstream")
    headers = headers_of(reply)
    assert (headers[REASON], headers[MODEL_STATUS], headers["content-type"]) == (reason, "", "text/plain")


def test_no_more_than_so_many_calls_in_any_second(arrive, headers_of):
    replies = arrive(limited(requests_per_second=2), 0, 0.5, 0.75, 1, 1.25, 1.5)
    assert [one.status for one in replies] == [200, 200, 429, 200, 429, 200]
    assert replies[2].body == b""
    assert REASON not in headers_of(replies[2])
    assert "azureml-model-deployment" not in headers_of(replies[2])


class TestBandwidth:
    def test_a_second_worth_of_bytes_passes_and_what_is_more_is_late(self, arrive, headers_of):
        asked = {"body": json.dumps({"inputs": {"input_string": ["x" * 300]}}).encode()}
        engine = limited(latency=None, bandwidth_mbps=0.001)
        first, second, third = arrive(engine, 0, 0, 100, **asked)
        passed = len(asked["body"]) + len(first.body)
        assert first.seconds == 0
        delays = {name: value for name, value in second.headers if "bandwidth" in name}
        assert delays == {"ms-azureml-bandwidth-response-delay-ms": str(2 * passed - 1000)}
        assert second.seconds == pytest.approx((2 * passed - 1000) / 1000, abs=1e-6)
        assert third.seconds == 0

    def test_a_large_request_comes_late_to_the_container_and_its_answer_later(self, arrive):
        asked = {"body": json.dumps({"inputs": {"input_string": ["x" * 5000]}}).encode()}
        (reply,) = arrive(limited(1, bandwidth_mbps=0.001), 0, **asked)
        headers = dict(reply.headers)
        late = len(asked["body"]) - 1000
        assert headers["ms-azureml-bandwidth-request-delay-ms"] == str(late)
        assert headers["ms-azureml-bandwidth-response-delay-ms"] == str(late + len(reply.body))
        assert reply.seconds == pytest.approx(1 + late / 1000 + (late + len(reply.body)) / 1000, abs=1e-5)


def simulated(calls, slots, timeout):
    """A second opinion, event by event: status and seconds of each call, given as arrival and duration."""
    running, waiting, results = [], [], {}

    def start(call, now):
        running.append(now + calls[call][1])
        seconds = now + calls[call][1] - calls[call][0]
        results[call] = (408, timeout) if seconds > timeout else (200, seconds)

    def advance(until):
        while running or waiting:
            done = min(running, default=inf)
            tired = min((calls[one][0] + timeout for one in waiting), default=inf)
            if min(done, tired) > until or min(done, tired) == inf:
                break
            if done <= tired:
                running.remove(done)
                if waiting:
                    start(waiting.pop(0), done)
            else:
                results[waiting.pop(0)] = (408, timeout)

    for call, (at, _) in enumerate(calls):
        advance(at)
        if len(running) + len(waiting) == 2 * slots:
            results[call] = (429, 0)
        elif len(running) < slots:
            start(call, at)
        else:
            waiting.append(call)
        assert len(running) + len(waiting) <= 2 * slots
    advance(inf)
    return [results[call] for call in range(len(calls))]


@pytest.mark.slow
@FUZZING
@given(
    arrivals=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 8)), max_size=30),
    at_once=st.integers(1, 3),
    instances=st.integers(1, 2),
    timeout=st.none() | st.integers(1, 10),
)
def test_any_mix_of_arrivals_is_admitted_as_in_a_simulation(make_call, arrivals, at_once, instances, timeout):
    by_token = {"type": "tokens", "first_ms": 0, "gap_ms": 250}
    engine = limited(at_once, timeout and timeout * 250, latency=by_token, instance_count=instances)
    unlimited = limited(latency=by_token)
    at, calls, replies = 0.0, [], []
    for gap, words in arrivals:
        at += gap / 4
        call = make_call({"inputs": {"input_string": [" ".join(["word"] * words)]}})._replace(at=NOON + at)
        calls.append((at, unlimited.score(call).seconds))
        reply = engine.score(call)
        replies.append((reply.status, reply.seconds))
    assert replies == simulated(calls, at_once * instances, timeout / 4 if timeout else inf)


@pytest.mark.slow
@FUZZING
@given(st.lists(st.floats(0, 4e9), max_size=20))
def test_arrivals_in_any_order_do_no_harm(make_call, arrivals):
    engine = limited(1, 1500, requests_per_second=3, bandwidth_mbps=0.0001)
    for at in arrivals:
        reply = engine.score(make_call()._replace(at=at))
        assert reply.status in {200, 408, 429}
        assert reply.seconds >= 0


def test_an_endpoint_without_limits_has_no_admission():
    engine = Engine([Endpoint("gpt2", schema="gpt2", request_settings={"max_queue_wait_ms": 1})])
    assert engine.directory["gpt2"].admission is None


@pytest.mark.parametrize("pending", [0, "endless", True])
def test_as_many_in_flight_as_cannot_be_is_refused_in_words(pending):
    with pytest.raises(ValidationError, match="expected a number from 1 on, or unlimited"):
        Endpoint("gpt2", schema="gpt2", request_settings={"max_pending": pending})


class TestWhoGoesAway:
    def test_a_place_is_free_again_when_the_server_says_so(self, arrive):
        engine = limited(1)
        first, second = arrive(engine, 0, 0)
        engine.gone(second, NOON + 0.25)
        assert [one.seconds for one in arrive(engine, 0.5)] == [1.5]
        assert arrive(engine, 0.5)[0].status == 429
        engine.gone(first, NOON + 0.5)
        assert arrive(engine, 0.5)[0].seconds == 2.5, "the container goes on until 1"

    def test_a_stream_that_nobody_hears_ends(self, arrive):
        latency = {"type": "tokens", "first_ms": 500, "gap_ms": 500}
        engine = limited(1, schema="chat", latency=latency)
        body = {"messages": [{"role": "user", "content": "one two three"}], "stream": True}
        asked = {"body": body, "path": "/chat/completions"}
        (reply,) = arrive(engine, 0, **asked)
        assert reply.seconds == 1.5
        engine.gone(reply, NOON + 0.75)
        assert arrive(engine, 0.75, **asked)[0].seconds == 1.5

    def test_where_nothing_is_limited_there_is_nothing_to_free(self, arrive):
        engine = limited()
        (reply,) = arrive(engine, 0)
        assert reply.hang_up is None
        engine.gone(reply, NOON)


class TestLoad:
    BUSY: ClassVar = {"type": "load_dependent", "latency": 1000, "per_call": 0.5}

    @pytest.mark.parametrize("api_type", ["dedicated", "local"])
    def test_a_latency_that_heeds_it_knows_it_without_any_limits(self, arrive, api_type):
        engine = limited(latency=self.BUSY, api_type=api_type)
        assert [one.seconds for one in arrive(engine, 0, 0, 0.5, 5)] == [1, 1.5, 2, 1]

    def test_coldness_is_time_without_work(self, arrive):
        engine = limited(1, latency={"type": "cold_start", "latency": 1000, "idle_s": 2, "start_ms": 500})
        assert [one.seconds for one in arrive(engine, 0, 1, 4.25, 7.5)] == [1.5, 1.5, 1, 1.5]

    def test_a_rule_may_bring_a_latency_that_heeds_it(self, arrive):
        rules = {"type": "rules", "rules": [{"latency": self.BUSY}]}
        assert [one.seconds for one in arrive(limited(latency=None, answer=rules), 0, 0)] == [1, 1.5]


class TestChanges:
    def test_a_change_of_latency_does_not_empty_the_queue(self, arrive):
        engine = limited(1)
        assert [one.status for one in arrive(engine, 0, 0)] == [200, 200]
        engine.change("gpt2", latency=250)
        assert [(one.status, one.seconds) for one in arrive(engine, 0.5, 1)] == [(429, 0), (200, 1.25)]

    def test_more_instances_help_the_next_call(self, arrive):
        engine = limited(1)
        arrive(engine, 0, 0)
        engine.change("gpt2", instance_count=2)
        assert [one.seconds for one in arrive(engine, 0.5)] == [1]

    def test_rate_and_bandwidth_go_on(self, arrive):
        engine = limited(latency=None, requests_per_second=2, bandwidth_mbps=0.00001)
        first = arrive(engine, 0)[0]
        assert first.seconds > 0
        engine.change("gpt2", requests_per_second=1)
        assert arrive(engine, 0.5)[0].status == 429
        engine.change("gpt2", requests_per_second=100)
        assert arrive(engine, 0.5)[0].seconds > first.seconds

    def test_what_was_held_can_be_freed_afterwards(self, arrive):
        engine = limited(1)
        _, waiting = arrive(engine, 0, 0)
        engine.change("gpt2", latency=250)
        engine.gone(waiting, NOON + 0.5)
        assert arrive(engine, 0.5)[0].seconds == 0.75


def test_the_stages_of_the_time_are_told(arrive):
    replies = arrive(limited(1), 0, 0.25)
    assert [one.exchange.timing for one in replies] == [(("model", 1.0),), (("queue", 0.75), ("model", 1.0))]
    (late,) = arrive(limited(bandwidth_mbps=0.00001), 0)
    (bandwidth, _), (model, _) = late.exchange.timing
    assert (bandwidth, model) == ("bandwidth", "model")
    assert sum(seconds for _, seconds in late.exchange.timing) == pytest.approx(late.seconds)
