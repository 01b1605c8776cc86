"""A formatter as the checks call it, whatever it looks like."""

import asyncio
import gc
import sys
from enum import StrEnum
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from azureml_contract import wire
from azureml_contract.broken import Broken, Raised, Told
from azureml_contract.formatter import (
    TO_BODY,
    TO_MESSAGES_BODY,
    TO_TEXT,
    AzureMLEndpointApiType,
    Formatter,
    as_bytes,
    kind_of,
    modules_of,
    takes_api_type,
    text_of,
)
from azureml_contract.messages import Said

GPT2, CHAT = wire.known("gpt2"), wire.known("chat")
HI = {"role": "user", "content": "hi"}


class Two:
    """LangChain's first signature."""

    def format_request_payload(self, prompt: Any, model_kwargs: Any) -> Any:
        return [prompt, model_kwargs]

    def format_response_payload(self, output: Any) -> Any:
        return ["read", output]


class Three:
    """With the api type."""

    def format_request_payload(self, prompt: Any, model_kwargs: Any, api_type: Any) -> Any:
        return [prompt, model_kwargs, api_type]

    def format_response_payload(self, output: Any, api_type: Any = None) -> Any:
        return ["read", output, api_type]


class Waiting(Three):
    """Is awaited."""

    async def format_request_payload(self, prompt: Any, model_kwargs: Any, api_type: Any) -> Any:
        await asyncio.sleep(0)
        return [prompt, model_kwargs, asyncio.get_running_loop()]

    async def format_response_payload(self, output: Any, api_type: Any = None) -> Any:
        raise KeyError("0")


class Chatting(Two):
    """Has a method for conversations."""

    def format_messages_request_payload(self, messages: Any, model_kwargs: Any) -> Any:
        return {"messages": messages, "parameters": model_kwargs}


def test_a_prompt_is_passed_with_parameters_and_the_api_type_where_it_is_taken() -> None:
    given = {"n": 0}
    assert Formatter(Two, GPT2).request("hi") == ["hi", {}]
    assert Formatter(Two, GPT2).request("hi", given) == ["hi", {"n": 0}]
    assert Formatter(Two, GPT2).request("hi", given)[1] is given
    assert Formatter(Three, GPT2).request("hi") == ["hi", {}, "dedicated"]
    assert Formatter(Three, wire.known("completions")).request("hi", given) == ["hi", {"n": 0}, "serverless"]


def test_an_answer_is_passed_likewise() -> None:
    assert Formatter(Two, GPT2).response(b"x") == ["read", b"x"]
    assert Formatter(Three, GPT2).response(b"x") == ["read", b"x", "dedicated"]


def test_a_prompt_of_chat_is_a_conversation() -> None:
    given = {"n": 0}
    assert Formatter(Chatting, CHAT).request("hi") == {"messages": [HI], "parameters": {}}
    assert Formatter(Chatting, CHAT).request("hi", given) == {"messages": [HI], "parameters": {"n": 0}}
    assert Formatter(Two, CHAT).request("hi") == [[HI], {}]
    said = [Said("system", "be brief"), Said("user", "hi")]
    formatter = Formatter(Chatting, CHAT)
    assert formatter.spoken(said) == [{"role": "system", "content": "be brief"}, HI]
    assert formatter.messages_request(said, given)["messages"] == formatter.spoken(said)
    assert formatter.spoken_request([HI], given) == {"messages": [HI], "parameters": given}
    assert formatter.spoken_request([HI], given)["parameters"] is given


def test_bodies_are_bytes() -> None:
    def made() -> Any:
        return SimpleNamespace(
            format_request_payload=lambda prompt, model_kwargs: f"{prompt} {model_kwargs}",
            format_messages_request_payload=lambda messages, model_kwargs: f"{len(messages)} {model_kwargs}",
        )

    assert Formatter(made, GPT2).body("é", {"n": 1}) == "é {'n': 1}".encode()
    assert Formatter(made, CHAT).body("é", {"n": 1}) == b"1 {'n': 1}"
    assert Formatter(made, CHAT).messages_body([Said("user", "a")] * 2, {"n": 1}) == b"2 {'n': 1}"


def test_what_is_awaited_is_waited_for_in_one_loop() -> None:
    formatter = Formatter(Waiting, GPT2)
    prompt, parameters, loop = formatter.request("hi", {"n": 1})
    assert (prompt, parameters) == ("hi", {"n": 1})
    assert formatter.request("hi")[2] is loop
    assert not loop.is_closed()
    del formatter
    gc.collect()
    assert loop.is_closed()


def test_what_is_raised_while_waiting_is_told() -> None:
    with pytest.raises(Raised) as raised:
        Formatter(Waiting, GPT2).response(b"")
    assert (raised.value.call, raised.value.name) == (TO_TEXT, "KeyError")


def test_who_waits_for_nothing_has_no_loop() -> None:
    formatter = Formatter(Two, GPT2)
    formatter.request("hi")
    formatter.__del__()


def test_a_method_is_looked_at_once_for_each_number_of_values(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def look(method: Any, values: int) -> bool:
        looked.append((method.__name__, values))
        return takes_api_type(method, values)

    monkeypatch.setattr("azureml_contract.formatter.takes_api_type", look)
    formatter = Formatter(Three, GPT2)
    for _ in range(2):
        assert formatter.request("hi") == ["hi", {}, "dedicated"]
        assert formatter.response(b"x") == ["read", b"x", "dedicated"]
    assert looked == [(TO_BODY, 2), (TO_TEXT, 1)]


def test_what_is_raised_is_told_with_its_call() -> None:
    def failing(*_: Any) -> Any:
        raise KeyError("0")

    with pytest.raises(Raised) as raised:
        Formatter(failing, GPT2)
    assert raised.value.call == "the factory"
    with pytest.raises(Raised) as raised:
        Formatter(lambda: SimpleNamespace(format_request_payload=failing), GPT2).request("hi")
    assert (raised.value.call, raised.value.name) == (TO_BODY, "KeyError")
    with pytest.raises(Raised) as raised:
        Formatter(lambda: SimpleNamespace(format_messages_request_payload=failing), CHAT).request("hi")
    assert (raised.value.call, raised.value.name) == (TO_MESSAGES_BODY, "KeyError")


def test_what_is_missing_is_told() -> None:
    formatter = Formatter(object, GPT2)
    with pytest.raises(Raised) as raised:
        formatter.response(b"")
    assert (raised.value.call, str(raised.value.error)) == (TO_TEXT, "object has no format_response_payload")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("a", "a"),
        ("", ""),
        (SimpleNamespace(text="a"), "a"),
        (SimpleNamespace(message=SimpleNamespace(content="a")), "a"),
        (SimpleNamespace(message=SimpleNamespace(content="a"), text="b"), "a"),
        (SimpleNamespace(message=SimpleNamespace(content=["a"]), text="b"), "b"),
        (SimpleNamespace(message="a", text="b"), "b"),
        (SimpleNamespace(content="a"), "a"),
        (SimpleNamespace(content="", text="b"), ""),
        (SimpleNamespace(text=5), None),
        (b"a", None),
        (None, None),
    ],
)
def test_a_text_is_found_in_whatever_is_returned(given: Any, text: str | None) -> None:
    assert text_of(given) == text


@pytest.mark.parametrize(("given", "kind"), [(None, "None"), (5, "a int"), (b"a", "a bytes")])
def test_what_has_no_text_or_is_no_body_breaks_the_contract(given: Any, kind: str) -> None:
    def made() -> Any:
        return SimpleNamespace(format_response_payload=lambda output: given)

    with pytest.raises(Broken) as broken:
        Formatter(made, GPT2).text(b"")
    assert broken.value.summary == f"format_response_payload returned {kind}, which has no text."
    assert (broken.value.expected, broken.value.got) == (Told("a text"), given)
    if not isinstance(given, bytes):
        with pytest.raises(Broken) as broken:
            as_bytes(given)
        assert broken.value.summary == f"format_request_payload returned {kind}, not bytes."
        assert (broken.value.expected, broken.value.got) == (Told("bytes"), given)


def test_a_text_is_given() -> None:
    assert Formatter(lambda: SimpleNamespace(format_response_payload=lambda output: "a"), GPT2).text(b"a") == "a"


@pytest.mark.parametrize(
    ("body", "data"), [(b"a", b"a"), (bytearray(b"a"), b"a"), ("é", "é".encode()), ("\ud83c", b"\xed\xa0\xbc")]
)
def test_a_body_is_bytes_or_a_text(body: Any, data: bytes) -> None:
    assert as_bytes(body) == data
    assert type(as_bytes(body)) is bytes


class Odd:
    """Cannot be looked into."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, *values: Any) -> Any:
        return None

    @property
    def __signature__(self) -> Any:
        raise self.error


@pytest.mark.parametrize(
    ("method", "takes"),
    [
        (lambda a, b: 0, False),
        (lambda a, b, c: 0, True),
        (lambda a, b, c=0: 0, True),
        (lambda a, b, /, c: 0, True),
        (lambda a, b, c, /: 0, True),
        (lambda a, *b: 0, True),
        (lambda a, b, *, c: 0, False),
        (lambda a, b, **c: 0, False),
        (lambda a: 0, False),
        (Odd(TypeError()), True),
        (Odd(ValueError()), True),
    ],
)
def test_one_more_argument_is_taken_or_not(method: Any, takes: bool) -> None:
    assert takes_api_type(method, 2) is takes


def test_the_api_type_is_named_as_the_formatters_own_module_does(monkeypatch: pytest.MonkeyPatch) -> None:
    class Kind(StrEnum):
        dedicated = "dedicated"

    class Mine:
        pass

    class Derived(Mine):
        pass

    module = ModuleType("module_of_mine")
    module.AzureMLEndpointApiType = Kind  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "module_of_mine", module)
    Mine.__module__, Derived.__module__ = "module_of_mine", "module_that_is_gone"
    assert kind_of(Mine(), "dedicated") is Kind.dedicated
    assert kind_of(Derived(), "dedicated") is Kind.dedicated
    assert list(modules_of(Derived())) == [module, sys.modules["builtins"]]
    assert Formatter(Derived, GPT2).api_type is Kind.dedicated
    assert kind_of(object(), "dedicated") is AzureMLEndpointApiType.dedicated
    assert kind_of(object(), "serverless") is AzureMLEndpointApiType.serverless
    assert kind_of(object(), "realtime") is AzureMLEndpointApiType.realtime


def test_langchains_formatters_are_given_langchains_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("azureml_contract.formatter.in_langchain", lambda made: True)
    monkeypatch.setattr(Said, "as_langchain", lambda self: ("LangChain's", self.content))
    assert Formatter(Two, CHAT).spoken([Said("user", "hi")]) == [("LangChain's", "hi")]
