"""Clients as the checks call them: made with LangChain's settings, and heard whatever they return or raise."""

from collections.abc import Iterator
from typing import Any

import pytest

from azureml_contract import factory, wire
from azureml_contract.broken import Broken, Raised
from azureml_contract.client import LEFT_OUT, Clients
from azureml_contract.stage import KEY, staged
from contract_tests.zoo.clients import Caller
from contract_tests.zoo.reference import Reference


class Message:
    content = "said"


class Odd:
    """Keeps its settings, and answers as it is told to."""

    def __init__(self, **settings: Any) -> None:
        self.settings, self.closed = settings, False

    def invoke(self, prompt: Any, **options: Any) -> Any:
        return {"message": Message(), "text": "said", "number": 5}[prompt]

    async def ainvoke(self, prompt: Any, **options: Any) -> Any:
        return self.invoke(prompt)

    async def abatch(self, prompts: list[Any], **options: Any) -> Any:
        return [self.invoke(one) for one in prompts]

    def stream(self, prompt: Any, **options: Any) -> Iterator[Any]:
        try:
            yield "one"
            yield Message()
            raise OSError("gone")
        finally:
            self.closed = True


@pytest.fixture(scope="module")
def make() -> Iterator[Any]:
    known = wire.known("gpt2")
    with staged(known) as stage:
        yield lambda made: Clients(factory.of(made), factory.of(Reference), known, stage)


def test_it_is_made_with_the_settings_of_langchain(make):
    clients = make(Odd)
    given = clients(timeout=3).made.settings
    assert isinstance(given.pop("content_formatter"), Reference)
    assert given == {
        "endpoint_url": clients.stage.endpoint.url,
        "endpoint_api_key": KEY,
        "endpoint_api_type": "dedicated",
        "timeout": 3,
    }


def test_a_setting_can_be_left_out(make):
    assert "content_formatter" not in make(Odd)(content_formatter=LEFT_OUT).made.settings


def test_what_the_constructor_raises_says_so(make):
    with pytest.raises(Raised) as caught:
        make(Caller)(no_such_setting=1)
    assert (caught.value.call, caught.value.name) == ("the client's constructor", "TypeError")


def test_one_without_retries_is_made_without_the_setting_if_there_is_none(make):
    def made(endpoint_url, endpoint_api_key, endpoint_api_type, content_formatter):
        return Odd()

    assert make(made).without_retries().invoke("text") == "said"
    assert make(Odd).without_retries().made.settings["max_retries"] == 0


def test_texts_and_messages_are_answers(make):
    client = make(Odd)()
    assert [client.invoke("text"), client.invoke("message"), client.ainvoke("message")] == ["said"] * 3
    assert client.abatch(["text", "message"]) == ["said", "said"]


def test_anything_else_is_a_breach(make):
    with pytest.raises(Broken, match="gave a int, which has no text"):
        make(Odd)().invoke("number")


def test_a_stream_that_breaks_has_given_its_pieces(make):
    pieces = make(Odd)().stream("text")
    assert [next(pieces), next(pieces)] == ["one", "said"]
    with pytest.raises(Raised, match="gone"):
        next(pieces)


def test_closing_a_stream_closes_the_clients_own(make):
    client = make(Odd)()
    pieces = client.stream("text")
    next(pieces)
    pieces.close()
    assert client.made.closed


def test_what_was_asked_is_heard_of_a_call_that_fails(make):
    clients = make(Caller)
    client = clients(endpoint_api_key="another key", model_kwargs={"top_p": 0.5})
    heard = clients.request_by(lambda: client.invoke("word"))
    assert heard == {"path": "/score", "prompts": ("word",), "top_p": 0.5}


def test_a_call_that_sends_nothing_raises_what_it_raised(make):
    clients = make(Caller)
    with pytest.raises(Raised, match="expected a str as prompt"):
        clients.asked_by(lambda: clients().invoke(None))
    with pytest.raises(Broken, match="nothing had been sent"):
        clients.asked_by(lambda: make(Odd)().invoke("text"))


def test_what_the_endpoint_cannot_read_is_a_breach(make):
    class Mute(Caller):
        def payload(self, asked: Any, parameters: Any) -> bytes:
            return b"{}"

    clients = make(Mute)
    with pytest.raises(Broken, match="cannot read what the client sent"):
        clients.asked_by(lambda: clients().invoke("word"))
