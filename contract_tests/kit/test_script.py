"""Streams as a server may write them."""

import json

import pytest

from azureml_contract import wire
from azureml_contract.script import DONE, Script, around, as_json, cut, framed, written


def said(event):
    choice = event["choices"][0]
    return choice.get("text") or choice.get("delta", {}).get("content") or ""


@pytest.mark.parametrize("name", ["completions", "chat", "llm-completions", "llm-chat"])
def test_the_events_of_a_wire_say_the_texts(name):
    events = Script(wire.known(name)).events("é𝄞", "\u2028")
    assert [text for one in events if (text := said(one))] == ["é𝄞", "\u2028"]
    assert events[-1]["choices"][0]["finish_reason"] == "stop"


def test_only_streams_of_server_sent_events_are_written():
    assert [name for name in ("gpt2", "tgi-stream", "cohere-chat") if wire.known(name).streams] == []


def test_events_are_framed_as_openai_does():
    assert written([{"a": "é"}]) == ['data: {"a":"é"}\n\n'.encode(), b"data: [DONE]\n\n"]


def test_each_line_of_data_is_a_field():
    assert framed("a\nb", "\r\n") == b"data: a\r\ndata: b\r\n\r\n"
    assert framed(DONE, field="data:") == b"data:[DONE]\n\n"


def test_json_is_written_in_any_form():
    assert as_json({"a": "é"}, ensure_ascii=True) == '{"a":"\\u00e9"}'
    assert json.loads(as_json({"a": [1]}, indent=1)) == {"a": [1]}


def test_a_stream_is_cut_after_some_bytes():
    assert cut(b"abcd", [1, 3]) == [b"a", b"bc", b"d"]
    assert cut(b"abcd", []) == [b"abcd"]


@pytest.mark.parametrize(("at", "told"), [(1, "between 'a' and '𝄞'"), (2, "inside '𝄞'"), (5, "between '𝄞' and 'b'")])
def test_a_cut_is_told_by_what_is_around_it(at, told):
    assert around("a𝄞b".encode(), at) == told
