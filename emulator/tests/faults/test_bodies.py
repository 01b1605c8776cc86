"""Bodies that are not what they should be."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from azureml_emulator.faults import MalformedJson, WrongShape
from azureml_emulator.faults.bodies import _SPOILT
from azureml_emulator.schemas import all_schemas
from emulator.tests.damage import FUZZING

HOW = ["unclosed", "comma", "quotes", "no_utf8"]


def is_json(data):
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("schema", ["gpt2", "chat"])
def test_malformed_json_is_no_json(strike, schema, how):
    struck = strike({"type": "malformed_json", "how": how}, schema)
    assert not is_json(struck.body)
    assert is_json(struck.clean.body)
    assert struck.reply.status == 200
    assert struck.headers["content-length"] == str(len(struck.body))
    assert struck.felt == ("malformed_json",)


def test_each_way_to_spoil_is_what_it_says():
    assert {how: spoil(b'{"a": [1]}') for how, spoil in _SPOILT.items()} == {
        "unclosed": b'{"a": [1]',
        "comma": b'{"a": [1]},',
        "quotes": b"{'a': [1]}",
        "no_utf8": b'{"\xffa": [1]}',
    }


@pytest.mark.slow
@settings(FUZZING, max_examples=30)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_whatever_is_spoilt_is_no_json(value):
    text = json.dumps(value).encode()
    assert [how for how, spoil in _SPOILT.items() if is_json(spoil(text))] == []


@pytest.mark.parametrize("how", HOW)
def test_one_event_of_a_stream_is_malformed(strike, stream, how):
    struck = strike({"type": "malformed_json", "how": how}, "chat", stream)
    *events, end = [event.removeprefix(b"data: ") for event in struck.events]
    assert [is_json(event) for event in events].count(False) == 1
    assert is_json(events[0])
    assert end == b"[DONE]"


def test_what_was_no_json_stays_as_it_is(strike):
    for fault in ("malformed_json", "encoded_twice"):
        assert strike(fault, method="OPTIONS").untouched


@pytest.mark.parametrize("name", all_schemas())
def test_another_family_s_answer_is_of_its_shape(strike, name):
    other = all_schemas()[name]
    own = "gpt2" if name == "chat" else "chat"
    struck = strike({"type": "wrong_shape", "schema": name}, own)
    assert struck.felt == ("wrong_shape",)
    assert struck.headers["content-type"] == "application/json"
    if other.stream is None or not other.parse(other.example).stream:
        TypeAdapter(other.response).validate_json(struck.body, strict=True)


def test_another_family_says_what_the_model_said(strike):
    assert strike(
        {"type": "wrong_shape", "schema": "gpt2"}, "chat", answer={"type": "fixed", "text": "So."}
    ).json == [{"0": "So."}]


def test_no_other_family_answers_a_refusal_or_its_own_shape(strike):
    assert strike({"type": "wrong_shape", "schema": "gpt2"}, "chat", {}).untouched
    assert strike({"type": "wrong_shape", "schema": "gpt2"}).untouched


def test_a_shape_that_there_is_not_is_refused():
    with pytest.raises(ValidationError, match=r"expected one of .*\(did you mean 'gpt2'\?\)"):
        WrongShape("gtp2")
    with pytest.raises(ValidationError, match="how"):
        MalformedJson(how="loud")


@pytest.mark.parametrize("schema", ["gpt2", "chat"])
@pytest.mark.parametrize("body", [None, {}])
def test_an_empty_object_is_a_success(strike, schema, body):
    struck = strike("empty_object", schema, body)
    assert (struck.reply.status, struck.body) == (200, b"{}")
    assert "ms-azureml-model-error-reason" not in struck.headers


def test_an_empty_object_is_no_stream(strike, stream):
    struck = strike("empty_object", "chat", stream)
    assert (struck.reply.chunked, struck.headers["content-length"]) == (False, "2")
    assert struck.headers["content-type"] == "application/json"


@pytest.mark.parametrize("schema", ["gpt2", "chat"])
def test_json_within_json(strike, schema):
    struck = strike("encoded_twice", schema)
    assert json.loads(struck.json) == json.loads(struck.clean.body)


def test_events_within_events(strike, stream):
    struck = strike("encoded_twice", "chat", stream)
    assert isinstance(json.loads(struck.events[0].removeprefix(b"data: ")), str)
    assert struck.events[-1] == b"data: [DONE]"
