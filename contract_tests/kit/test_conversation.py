"""Conversations as an endpoint decodes them."""

import json
from typing import Any

import pytest

from azureml_contract import wire
from azureml_contract.broken import UNSAID, Refused
from azureml_contract.conversation import Turn, around, carried, document_of, spoken, turns, values
from azureml_contract.messages import Said

S, U, A = Said("system", "be brief"), Said("user", "hello"), Said("assistant", "hi there")
V = Said("user", "go on")


def decoded(*pairs: tuple[str, str]) -> list[Turn]:
    return [Turn(*pair) for pair in pairs]


def told(said: list[Said], found: list[Turn], **more: Any) -> str:
    return carried(said, found, json.dumps({"messages": [list(one) for one in found], **more}).encode())


@pytest.mark.parametrize("roles", [["user"], ["system", "user"], ["user", "assistant", "user"]])
def test_a_text_stands_in_a_conversation_that_servers_take(roles: list[str]) -> None:
    role = roles[0] if len(roles) < 3 else "assistant"
    said = around(role, "the text")
    assert [one.role for one in said] == roles
    assert [one.role for one in said if one.content == "the text"] == [role]


def test_messages_are_read() -> None:
    parts = [
        {"type": "text", "text": "a"},
        {"type": "image_url", "image_url": {"url": "x"}},
        {"type": "text", "text": "b"},
    ]
    body = {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": parts}]}
    assert turns(wire.known("chat"), json.dumps(body).encode()) == [("system", "s"), ("user", "ab")]
    with pytest.raises(Refused):
        turns(wire.known("chat"), b'{"messages": [5]}')


@pytest.mark.parametrize(
    ("content", "text"), [(None, ""), ("a", "a"), ([], ""), ([5, {"text": 5}, {"text": "a"}], "a")]
)
def test_a_content_has_a_text(content: Any, text: str) -> None:
    assert spoken(content) == text


def test_values_are_given_from_the_outside_in() -> None:
    assert list(values(b'{"a": [1]}')) == [{"a": [1]}, [1], 1]
    assert document_of(b"{") is UNSAID
    assert document_of(b"[" * 100_000) is UNSAID


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([U], [("user", "hello")]),
        ([S, U], [("system", "be brief"), ("user", "hello")]),
        ([U, A, V], [("user", "hello"), ("assistant", "hi there"), ("user", "go on")]),
        ([S, U], [("user", "be brief\n\nhello")]),
        ([S, U], [("user", "be brief"), ("user", "hello")]),
        ([U, S, V], [("user", "hello"), ("user", "be brief go on")]),
        ([S, A, U], [("user", "be brief"), ("assistant", "hi there"), ("user", "hello")]),
        ([U, S], [("user", "hello"), ("user", "be brief")]),
    ],
)
def test_a_conversation_is_carried(said: list[Said], found: list[Any]) -> None:
    assert told(said, decoded(*found)) == ""


def test_a_system_text_may_have_a_field_of_its_own() -> None:
    assert told([S, U], decoded(("user", "hello")), preamble="be brief") == ""
    assert told([S, U], decoded(("user", "hello")), preamble="be") == "message 1 (system) is missing"


@pytest.mark.parametrize(
    ("said", "found", "lost"),
    [
        ([U, A, V], [("user", "hello"), ("user", "go on")], "message 2 (assistant) is missing"),
        ([S, U], [("user", "hello")], "message 1 (system) is missing"),
        ([S, U], [("user", "hello be brief")], "message 1 (system) is merged with another one"),
        ([U, V], [("user", "hello\ngo on")], "message 1 (user) is merged with another one"),
        (
            [U, A],
            [("user", "hello"), ("user", "hi there")],
            "message 2 (assistant) arrives as one of the role 'user'",
        ),
        ([U, V], [("user", "go on"), ("user", "hello")], "the messages arrive in another order"),
        ([U], [("system", "be kind"), ("user", "hello")], "a message is added that nobody said"),
        ([U], [("user", "hello"), ("user", "hello")], "message 1 (user) arrives 2 times"),
        (
            [S, A, U],
            [("assistant", "be brief hi there"), ("user", "hello")],
            "message 1 (system) is merged with another one",
        ),
        ([U], [], "message 1 (user) is missing"),
    ],
)
def test_what_is_lost_is_told(said: list[Said], found: list[Any], lost: str) -> None:
    assert told(said, decoded(*found)) == lost
