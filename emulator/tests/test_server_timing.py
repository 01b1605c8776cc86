import json
import re

import pytest

from azureml_emulator import Endpoint, Engine
from azureml_emulator.faults import Fault
from azureml_emulator.journal import Exchange
from azureml_emulator.latency import Latency

STREAM = {"messages": [{"role": "user", "content": "one two three four"}], "stream": True}


def told(reply):
    """Read the header as RFC 9110 lists and W3C's Server Timing have it."""
    header = reply.header("server-timing")
    assert re.fullmatch(r"[a-z]+;dur=[0-9]+(\.[0-9]{1,3})?(, [a-z]+;dur=[0-9]+(\.[0-9]{1,3})?)*", header), header
    return {one.partition(";dur=")[0]: float(one.partition(";dur=")[2]) for one in header.split(", ")}


@pytest.fixture
def ask(make_call):
    def asked(body=None, schema="gpt2", **settings):
        engine = Engine([Endpoint(schema, schema=schema, server_timing=True, **settings)])
        path = "/score" if schema == "gpt2" else "/v1/chat/completions"
        return engine.score(make_call(*([body] if body else []), path=path, listener=schema))

    return asked


def test_it_is_off_by_default(make_call):
    reply = Engine([Endpoint("gpt2", schema="gpt2", latency=5)]).score(make_call())
    assert reply.header("server-timing") == ""
    assert reply.exchange.timing == (("model", 0.005),)


def test_the_stages_of_an_answer(ask):
    reply = ask(latency=203.25, network=4.1)
    assert reply.header("server-timing") == "model;dur=203.25, network;dur=4.1"
    assert reply.seconds == pytest.approx(0.20735)


def test_a_stream_also_tells_its_first_token(ask):
    reply = ask(STREAM, "chat", latency={"type": "tokens", "first_ms": 100, "gap_ms": 10}, network=3)
    assert told(reply) == {"model": 130, "network": 3, "ttft": 103}


def test_no_time_at_all(ask):
    assert told(ask()) == {"model": 0}


def test_what_waits_in_a_queue(make_call):
    limits = {"max_concurrent_requests_per_instance": 1}
    engine = Engine([Endpoint("gpt2", schema="gpt2", server_timing=True, latency=100, request_settings=limits)])
    first, second = (engine.score(make_call()) for _ in range(2))
    assert told(first) == {"model": 100}
    assert told(second) == {"queue": 100, "model": 100}


def test_a_container_that_fails_takes_its_time(ask):
    reply = ask(latency=5000, deployments=[{"name": "a", "scoring_timeout_ms": 1000}])
    assert (reply.status, told(reply)) == (424, {"model": 1000})


def test_what_the_front_door_says_by_itself(make_call):
    engine = Engine([Endpoint("gpt2", schema="gpt2", server_timing=True, network=7)])
    assert told(engine.score(make_call(key="wrong"))) == {"network": 7}


def test_what_is_too_late_has_no_more_than_there_was_time_for(ask):
    reply = ask(latency=5000, request_settings={"request_timeout_ms": 1500})
    assert reply.status == 408
    assert told(reply) == {"queue": 0, "model": 1500}


@pytest.mark.parametrize(
    ("stages", "faults", "expected"),
    [
        ((("queue", 1.0), ("model", 1.0)), (), (("queue", 1.0), ("model", 1.0))),
        ((("queue", 1.0), ("model", 9.0)), (), (("queue", 1.0), ("model", 1.0))),
        ((("queue", 3.0), ("model", 9.0)), (), (("queue", 2.0), ("model", 0.0))),
        ((("model", 0.5),), (), (("model", 0.5), ("wait", 1.5))),
        ((("model", 0.5),), ("slow_body",), (("model", 0.5), ("fault", 1.5))),
        ((), (), (("wait", 2.0),)),
    ],
)
def test_the_stages_of_two_seconds(stages, faults, expected):
    exchange = Exchange("a", "b", "POST", "/score", 200, 0.0, 2.0, "id", stages=stages, faults=faults)
    assert exchange.timing == expected


@pytest.mark.parametrize(
    "latency",
    [{"type": name, **one.example} for name, one in Latency.members().items()],
    ids=list(Latency.members()),
)
def test_stages_are_all_of_the_planned_time(ask, latency):
    reply = ask(STREAM, "chat", latency=latency, network={"type": "exponential", "mean_ms": 20})
    assert sum(seconds for _, seconds in reply.exchange.timing) == pytest.approx(reply.seconds, abs=1e-9)
    stages = told(reply)
    assert stages.pop("ttft") == pytest.approx(reply.writes[0][0] * 1000, abs=0.0005)
    assert sum(stages.values()) == pytest.approx(reply.seconds * 1000, abs=0.002)


@pytest.mark.parametrize("fault", Fault.members())
def test_so_they_are_whatever_goes_wrong(make_call, fault):
    setting = Fault.members()[fault].example_setting()
    latency = {"type": "tokens", "first_ms": 100, "gap_ms": 10}
    engine = Engine([Endpoint("chat", schema="chat", server_timing=True, latency=latency, faults=[setting])])
    reply = engine.score(make_call(STREAM, path="/v1/chat/completions", listener="chat"))
    assert sum(seconds for _, seconds in reply.exchange.timing) == pytest.approx(reply.seconds, abs=1e-8)
    assert all(seconds >= 0 for _, seconds in reply.exchange.timing)
    as_told = reply.exchange.as_dict()
    assert sum(as_told["timing_ms"].values()) == pytest.approx(as_told["planned_ms"], abs=0.002)
    assert json.dumps(as_told)
