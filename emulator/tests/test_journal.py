import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError
from azureml_emulator.journal import Exchange, Journal, escaped_twice


def exchange(number=0, size=10):
    return Exchange("e", "d", "POST", "/score", 200, 0.0, 0.0, str(number), body=b"x" * size)


def test_the_oldest_are_forgotten():
    journal = Journal(limit=3)
    for number in range(5):
        journal.add(exchange(number))
    assert [one.request_id for one in journal] == ["2", "3", "4"]


def test_large_requests_push_out_others_but_never_themselves():
    journal = Journal(limit=100, size=100)
    for number in range(3):
        journal.add(exchange(number, size=40))
    assert len(journal) == 2
    journal.add(exchange(9, size=1000))
    assert [one.request_id for one in journal] == ["9"]
    journal.clear()
    for number in range(3):
        journal.add(exchange(number, size=40))
    assert len(journal) == 2


def test_a_journal_may_remember_nothing():
    journal = Journal(limit=0)
    journal.add(exchange())
    assert len(journal) == 0


def test_an_exchange_tells_what_the_model_was_asked(score):
    seen = score(
        {"inputs": {"input_string": ["a", "b"]}, "parameters": {"t": 1}}, x_ms_client_request_id="mine"
    ).exchange
    assert (seen.endpoint, seen.deployment, seen.status) == ("gpt2", "default", 200)
    assert (seen.prompts, seen.parameters, seen.messages) == (["a", "b"], {"t": 1}, [])
    assert seen.client_request_id == "mine"
    assert json.loads(json.dumps(seen.as_dict()))["at"] == "2023-11-14T22:13:20.250+00:00"


def test_chat_tells_the_conversation(score):
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": "u", "name": "me"}]
    seen = score({"messages": messages, "stream": True}, path="/chat/completions", listener="chat").exchange
    assert seen.messages == messages
    assert seen.prompts == ["u"]
    assert seen.stream


def test_every_message_of_a_conversation_is_looked_at(score):
    messages = [{"role": "system", "content": 'Say \\"hi\\"\\nplease'}, {"role": "user", "content": "ok"}]
    seen = score({"messages": messages}, path="/chat/completions", listener="chat").exchange
    assert len(seen.notes) == 1
    assert seen.notes[0].startswith("message 0 looks escaped twice")


def test_a_key_in_path_or_id_is_blotted_out(make_call):
    endpoints = [Endpoint("gpt2", schema="gpt2", key="s3cr3t"), Endpoint("two", schema="gpt2", key="long-secret-key")]
    engine = Engine(endpoints)
    for name, key in (("gpt2", "s3cr3t"), ("two", "long-secret-key")):
        seen = engine.score(make_call(path=f"/{key}/x", listener=name, x_ms_client_request_id=key)).exchange
        assert key not in repr(seen) + json.dumps(seen.as_dict())
        seen = engine.score(make_call(path=f"/nope/{key}", listener="")).exchange
        assert key not in repr(seen)


def test_a_journal_needs_a_size():
    with pytest.raises(ConfigError, match="0 or more"):
        Journal(limit=-1)


def test_no_key_is_kept(score):
    seen = score(key="a-wrong-and-secret-key").exchange
    assert "secret" not in repr(seen) + json.dumps(seen.as_dict())
    right = score().exchange
    assert "development-key" not in repr(right) + json.dumps(right.as_dict())


def langchain(prompt):
    """What LangChain's formatters make of a prompt before they hand it to json.dumps."""
    for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r"), ("\f", "\\f")):
        prompt = prompt.replace(char, escape)
    return prompt


@pytest.mark.parametrize("prompt", ["plain", 'say "hi"', "two\nlines", "back\\slash", "é 😀", ""])
def test_quoted_and_escaped_twice_is_noticed(prompt):
    assert "arrived quoted and escaped twice" in escaped_twice(f'"{langchain(prompt)}"')


@pytest.mark.parametrize("prompt", ['say "hi"', "two\nlines", "tab\there"])
def test_escaped_twice_without_quotes_is_suspected(prompt):
    assert "looks escaped twice" in escaped_twice(langchain(prompt))


def test_a_prompt_that_a_shape_writes_as_json_is_not_suspected(make_call):
    engine = Engine([Endpoint("e", schema="tensorflow-serving")])
    call = make_call({"instances": ["1.0"]}, path="/v1/models/half_plus_two:predict", listener="e")
    seen = engine.score(call).exchange
    assert seen.prompts == ['"1.0"']
    assert seen.as_dict()["notes"] == seen.notes == []


def test_quotes_around_unescaped_text_are_noticed():
    assert "wrapped in literal quotes" in escaped_twice('"say "hi""')


@pytest.mark.parametrize(
    "prompt", ["", '"', "plain", "two\nlines", 'say "hi"', 'he said "no"', r"\d+ \w", "a\\nb\nc"]
)
def test_what_a_person_writes_is_not_noted(prompt):
    assert escaped_twice(prompt) == ""


@given(st.text())
def test_any_prompt_can_be_looked_at(prompt):
    assert isinstance(escaped_twice(prompt), str)
    assert escaped_twice(json.dumps(prompt))


def test_listeners_hear_of_each_exchange_for_as_long_as_their_block_lasts(engine, make_call):
    heard = []
    with engine.journal.telling(lambda: heard.append("one")):
        with engine.journal.telling(lambda: heard.append("other")):
            engine.score(make_call())
        engine.score(make_call())
    engine.score(make_call())
    assert heard == ["one", "other", "one"]
