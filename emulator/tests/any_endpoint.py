"""Any endpoint, as it may be configured to be slow, uneven, limited and broken; any course of time, and any crowd."""

import json
from dataclasses import fields, is_dataclass, replace
from heapq import heappop, heappush
from typing import NamedTuple

from hypothesis import Phase, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from azureml_emulator.answers import AnswerSource, Sequence, Template
from azureml_emulator.answers.conditions import Call as NumberOfCall
from azureml_emulator.answers.conditions import Condition
from azureml_emulator.endpoint import Endpoint, RequestSettings
from azureml_emulator.errors import ConfigError
from azureml_emulator.faults import Fault
from azureml_emulator.latency import Distribution, Latency
from azureml_emulator.rate_limit import RateLimit
from azureml_emulator.rehearsal import rehearsed
from azureml_emulator.schemas import all_schemas
from azureml_emulator.wire import Call
from emulator.tests.any_settings import SAID, members, settings_of, valid, valid_of
from emulator.tests.damage import FUZZING

CROWDING = settings(FUZZING, phases=[Phase.generate])
"""A run that fails is found again by its seed; to make it smaller would take longer than all runs together."""
KEY = "a-key-that-nobody-may-see-0123456789"
START = 1_700_000_000.25
LONGEST = 1e6
"""Milliseconds that things may take in virtual time."""
TALKATIVE = ["chat", "completions", "gpt2", "tgi-stream", "cohere-chat", "llm-chat"]
SHAPES = st.sampled_from([*all_schemas(), *TALKATIVE * 8])


def rules(longest):
    """Answers by rule, of any conditions and any sources."""
    source = valid(AnswerSource, but=["python", "file"], longest=longest)
    when = st.lists(valid(Condition), max_size=2).map(lambda some: {one.kind: one for one in some})
    rule = st.fixed_dictionaries(
        {"when": when},
        optional={"answer": source, "faults": faults(longest), "latency": valid(Latency, longest=longest)},
    )
    given_rules = st.lists(rule, min_size=1, max_size=4)
    told = st.fixed_dictionaries(
        {"type": st.just("rules"), "rules": given_rules}, optional={"otherwise": source, "strict": st.booleans()}
    )
    return valid_of(AnswerSource, told)


def faults(longest):
    """A few faults of any kind, that strike at any time."""
    struck = st.builds(lambda one, when: replace(one, **when), valid(Fault, longest=longest), TRIGGERS)
    return st.lists(struck | valid(Fault, longest=longest), min_size=1, max_size=3)


TRIGGERS = st.fixed_dictionaries(
    {
        "probability": st.sampled_from([1.0, 1.0, 0.5]),
        "every": st.sampled_from([None, None, 2, 3]),
        "calls": st.sampled_from([(), (), (1,), (2, 3)]),
        "times": st.sampled_from([None, 1, 2]),
        "from_s": st.sampled_from([0.0, 0.0, 0.0, 0.3, 40.0]),
        "until_s": st.sampled_from([None, None, 0.3, 40.0]),
    }
)
"""When faults strike, so that some do in a crowd."""


def parts_of(longest):
    """What a deployment is made of, as settings that may also change in the course of time."""
    source = valid(AnswerSource, but=["python", "file"], longest=longest)
    limits = valid_of(RequestSettings, settings_of(RequestSettings, longest=min(longest, 180_000)))
    return {
        "answer": source | rules(longest),
        "latency": valid(Latency, longest=longest),
        "faults": faults(longest),
        "content_filter": st.sampled_from([None, "weather", {"trigger": "weather", "body": "plain"}]),
        "not_supported": st.sampled_from([(), (), (), ("temperature",)]),
        "request_settings": st.none() | limits | st.just(RequestSettings(1, 1000)),
        "instance_count": st.integers(1, 3),
        "state": st.sampled_from(["ready"] * 8 + ["not_ready", "too_few_instances"]),
    }


def own_of(longest):
    """What only an endpoint has."""
    return {
        "network": valid(Distribution, longest=min(longest, 1000)),
        "server_timing": st.booleans(),
        "requests_per_second": st.sampled_from([None, None, 1, 5]),
        "bandwidth_mbps": st.sampled_from([None, None, 0.0001, 0.3]),
    }


def some(draw, parts):
    """Most of some settings."""
    return {name: draw(one) for name, one in parts.items() if draw(st.integers(0, 3))}


@st.composite
def endpoints(draw, name="tried", longest=LONGEST, shapes=SHAPES):
    """One endpoint, of one deployment or two; what cannot stand together is left out."""
    schema = all_schemas()[draw(shapes)]
    parts, own = some(draw, parts_of(longest)), some(draw, own_of(longest))
    more = {"api_type": "local"} if draw(st.integers(0, 9)) == 9 else {}
    if not more and schema.api_type.name == "serverless" and draw(st.booleans()):
        more["rate_limit"] = draw(valid_of(RateLimit, settings_of(RateLimit)))
    if not more and draw(st.integers(0, 3)) == 3:
        blue = some(draw, parts_of(longest))
        more["deployments"] = [{"name": "blue", **blue}, {"name": "green"}]
        more["traffic"] = draw(st.sampled_from([{"blue": 50, "green": 50}, {"blue": 100}]))
        more["mirror_traffic"] = {"green": 50} if more["traffic"] == {"blue": 100} else {}
    try:
        return Endpoint(name, schema=schema, key=KEY, fault_header="x-fault", **parts, **own, **more)
    except ValidationError:
        return Endpoint(name, schema=schema, key=KEY, fault_header="x-fault", **parts)


@st.composite
def scenarios(draw, endpoint, longest=LONGEST, seconds=60):
    """A course of time that an endpoint can take; None if what was made up is none."""
    changes = st.fixed_dictionaries({}, optional=parts_of(longest) | own_of(longest))
    length = draw(st.sampled_from([seconds, seconds / 10, 0.5]))
    times = st.integers(0, 99).map(lambda one: one * length / 100)
    steps = [
        {"at": draw(times), "set": draw(changes), "endpoint": draw(st.sampled_from([None, endpoint.name]))}
        for _ in range(draw(st.integers(1, 4)))
    ]
    steps = [{**one, "recover": not one["set"]} for one in steps]
    last = {"at": length, "recover": True}
    ends = draw(st.sampled_from([{}, {"every": length}, {"loop": True}]))
    try:
        return rehearsed({**ends, "steps": [*steps, last] if "loop" in ends else steps}, [endpoint])
    except ConfigError:
        return None


class Visit(NamedTuple):
    """One call, and after what share of its time the caller goes away, if so."""

    call: Call
    leaves: float | None = None


FAULTS = members(Fault).map(json.dumps) | st.sampled_from(["reset", "nope", KEY, "{", json.dumps({"type": KEY})])


@st.composite
def visits(draw, endpoint, at):
    """A call that an endpoint mostly understands."""
    schema = endpoint.deployments[0].schema
    body = schema.example
    if isinstance(body, dict):
        body = {**body, **draw(st.sampled_from([{}, {}, {"stream": True}, {"stream": True, "temperature": 0}]))}
    text = json.dumps(body)
    if "messages" in text:
        text = json.dumps({**body, "messages": [{"role": "user", "content": draw(st.sampled_from([*SAID, KEY]))}]})
    key = draw(st.sampled_from([KEY] * 9 + [KEY[:-1]]))
    headers = {"authorization": f"Bearer {key}", "api-key": key, "content-type": "application/json"}
    more = {
        "x-team": st.sampled_from(SAID),
        "x-ms-client-request-id": st.sampled_from(["mine", KEY]),
        "x-fault": FAULTS,
        "azureml-model-deployment": st.sampled_from(["blue", "green", "default", "nope"]),
    }
    for name in draw(st.lists(st.sampled_from(sorted(more)), max_size=2)) if draw(st.booleans()) else ():
        headers[name] = draw(more[name])
    path = draw(st.sampled_from([*schema.paths * 8, "/", "/" + KEY]))
    method = draw(st.sampled_from(["POST"] * 9 + ["GET"]))
    query = draw(st.sampled_from(["", "", "api-version=1", f"code={KEY}"]))
    call = Call(method, path, headers, text.encode(), at, endpoint.name, query=query)
    return Visit(call, draw(st.none() | st.none() | st.floats(0, 1.1)))


@st.composite
def crowds(draw, endpoint, most=40, gaps=(0.0, 0.01, 0.3, 3.0, 40.0)):
    """Calls in the order of their arrival, some of which are the same."""
    known = draw(st.lists(visits(endpoint, START), min_size=1, max_size=5))
    arrival = st.tuples(st.sampled_from(known), st.sampled_from(gaps))
    at, crowd = START, []
    for visit, gap in draw(st.lists(arrival, min_size=draw(st.integers(1, most // 2)), max_size=most)):
        at += gap
        crowd.append(visit._replace(call=visit.call._replace(at=at)))
    return crowd


def met(engine, crowd):
    """Let a crowd come and go; give each reply as it is made."""
    leaving = []
    for number, (call, leaves) in enumerate(crowd):
        while leaving and leaving[0][0] <= call.at:
            at, _, gone = heappop(leaving)
            engine.gone(gone, at)
        reply = engine.score(call)
        yield call, reply
        if leaves is not None and leaves * reply.seconds < 1e9:
            heappush(leaving, (call.at + leaves * reply.seconds, number, reply))
    while leaving:
        at, _, gone = heappop(leaving)
        engine.gone(gone, at)


def inside(value):
    """A value, and all settings within it."""
    yield value
    if is_dataclass(value):
        for one in fields(value):
            yield from inside(getattr(value, one.name))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from inside(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from inside(one)


def goes_by_order(endpoint):
    """Whether anything there depends on the order in which calls come, or on what else goes on."""
    if endpoint.requests_per_second or endpoint.bandwidth_mbps or endpoint.rate_limit:
        return True
    parts = [one for deployment in endpoint.deployments for one in inside(vars(deployment))]
    return any(
        isinstance(one, RequestSettings | Sequence | NumberOfCall)
        or (isinstance(one, Template) and "number" in one.text)
        or (isinstance(one, Latency) and one.heeds_load)
        or (isinstance(one, Fault) and (one.every, one.calls, one.times, one.from_s, one.until_s) != UNTIMED)
        for one in parts
    )


UNTIMED = (None, (), None, 0.0, None)
"""Of a fault that goes by nothing but chance."""
