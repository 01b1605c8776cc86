"""What a wire reads out of requests and writes into answers."""

from dataclasses import replace
from typing import Any

import pytest

from azureml_contract import wire
from azureml_contract.broken import Refused
from azureml_contract.wire import Asked, Wire
from azureml_emulator.schemas import find

RENAMED = Wire("mine", "dedicated", lambda _: Asked(("a", "b")), lambda text: [text], (0,), {})


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("gpt2", None),
        ("phi-1-5", None),
        ("cohere-chat-v2", None),
        ("chat", ("choices",)),
        ("completions", ("choices",)),
        ("llm-chat", ("choices",)),
    ],
)
def test_choices_stand_in_the_list_of_that_name(name: str, place: Any) -> None:
    assert wire.known(name).choices_at == place


@pytest.mark.parametrize(
    ("name", "chat"),
    [
        ("chat", True),
        ("llama-chat", True),
        ("prompt-flow", True),
        ("cohere-chat", True),
        ("visual-chat-completion", True),
        ("gpt2", False),
        ("question-answering", False),
        ("visual-question-answering", False),
    ],
)
def test_a_conversation_is_told_from_a_question(name: str, chat: bool) -> None:
    assert wire.known(name).chat is chat


def test_one_prompt_is_answered_though_the_example_has_two() -> None:
    known = wire.known("text-generation")
    assert len(known.asked(b'{"input_data": {"input_string": ["a", "b"]}}').prompts) == 2
    assert known.write("text") == [{"0": "text"}]


def test_a_shape_is_given_one_prompt_and_one_choice_to_answer() -> None:
    given = []

    def write(scoring: Any) -> Any:
        given.append((len(scoring.reading.prompts), scoring.reading.choices, len(scoring.answers)))
        return [answer.text for answer in scoring.answers]

    assert wire.of(replace(find("text-generation"), write=write)).write("text") == ["text"]
    assert set(given) == {(1, 1, 1)}


def test_the_api_type_is_the_one_of_the_shape_unless_another_is_named() -> None:
    assert wire.known("chat").api_type == "serverless"
    assert wire.known("llm-chat").api_type == "dedicated"
    assert wire.known("llm-chat", "serverless").api_type == "serverless"


def test_the_prompt_is_read() -> None:
    body = b'{"inputs": {"input_string": ["hi"]}, "parameters": {"temperature": 0}}'
    assert wire.known("gpt2").prompt(body) == "hi"
    assert wire.known("gpt2").asked(body).parameters == {"temperature": 0}


def test_a_conversation_is_read() -> None:
    asked = wire.known("chat").asked(b'{"messages": [{"role": "user", "content": "hi"}], "temperature": 0}')
    assert asked == Asked(("hi",), ({"role": "user", "content": "hi"},), {"temperature": 0})


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "the body is not JSON"),
        (b"\xff", "the body is not JSON"),
        (b"[" * 100_000, "the body is not JSON"),
        (b'{"inputs": "hi"}', "the endpoint would refuse it: inputs"),
    ],
)
def test_what_an_endpoint_would_refuse_is_refused(body: bytes, told: str) -> None:
    with pytest.raises(Refused) as raised:
        wire.known("gpt2").asked(body)
    assert str(raised.value).startswith(told)


def test_several_prompts_are_not_one() -> None:
    with pytest.raises(Refused, match="the endpoint finds 2 prompts"):
        RENAMED.prompt(b"{}")


@pytest.mark.parametrize(
    ("document", "told"), [([], "there is no $[0]"), ({}, "there is no $[0]"), ([1], "$[0] is no text")]
)
def test_an_answer_without_text_is_refused(document: Any, told: str) -> None:
    with pytest.raises(Refused) as raised:
        RENAMED.text(document)
    assert str(raised.value) == told


def test_an_answer_is_written_as_asked() -> None:
    assert RENAMED.answer("é") == b'["\\u00e9"]'
    assert RENAMED.answer("é", ensure_ascii=False, indent=1) == '[\n "é"\n]'.encode()
    assert RENAMED.answer("\ud83c", ensure_ascii=False) == b'["\xed\xa0\xbc"]'


def test_an_unknown_shape_is_named_with_a_guess() -> None:
    with pytest.raises(ValueError, match="gpt2"):
        wire.known("gpt3")


@pytest.mark.parametrize(
    ("name", "place"),
    [("cohere-chat-v2", ("message", "content")), ("phi-1-5", None), ("chat", None), ("gpt2", None)],
)
def test_parts_of_a_message_stand_in_a_list_of_objects(name: str, place: Any) -> None:
    assert wire.known(name).parts_at == place


@pytest.mark.parametrize(
    ("text_at", "choices_at", "parts_at"),
    [
        (("choices", 0, "text"), ("choices",), None),
        (("a", "choices", 0, "text"), ("a", "choices"), None),
        (("choices", 1, "text"), None, None),
        (("choices", "a", 0, "text"), None, ("choices", "a")),
        (("parts", 0, "text"), None, ("parts",)),
        (("parts", 1, "text"), None, None),
        (("parts", 0), None, None),
        ((0, "text"), None, None),
        ((0, 0, "text"), None, (0,)),
        (("choices", 0, "parts", 0, "text"), ("choices",), ("choices", 0, "parts")),
        ((), None, None),
    ],
)
def test_lists_around_the_text_are_told_apart(text_at: Any, choices_at: Any, parts_at: Any) -> None:
    known = Wire("mine", "dedicated", RENAMED.read, RENAMED.write, text_at, {})
    assert (known.choices_at, known.parts_at) == (choices_at, parts_at)


def test_what_stands_in_a_shape_stands_in_its_wire() -> None:
    known = wire.known("completions")
    assert (known.name, known.path, known.text_at) == ("completions", "/completions", ("choices", 0, "text"))
    assert (known.chat, known.reserved) == (False, ("prompt",))
    assert known.example["prompt"]
    assert wire.known("gpt2").path == RENAMED.path == "/score"
    assert wire.known("gpt2").reserved == ("inputs", "input_string")
    assert wire.known("chat").reserved == ("messages", "content")
    assert (RENAMED.chat, RENAMED.reserved) == (False, ())


@pytest.mark.parametrize(("name", "streams"), [("chat", True), ("gpt2", False), ("tgi-stream", False)])
def test_an_answer_may_come_piece_by_piece(name: str, streams: bool) -> None:
    known = wire.known(name)
    assert known.streams is streams
    assert (known.stream is not None) is streams


def test_the_pieces_of_a_text_are_given_as_values() -> None:
    stream = wire.known("completions").stream
    assert stream
    pieces = stream("so be it")
    assert "".join(piece["choices"][0]["text"] for piece in pieces if piece["choices"]) == "so be it"
    assert {piece["model"] for piece in pieces} == {"model"}


def test_a_shape_that_says_nothing_has_no_wire() -> None:
    with pytest.raises(ValueError, match="'embeddings' answers with no text, so that there is no prompt to follow"):
        wire.known("embeddings")


def test_it_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        RENAMED.name = "yours"  # type: ignore[misc]


def test_nothing_is_asked_beside_a_prompt_unless_it_is_said() -> None:
    assert Asked(("a",)) == (("a",), (), {})
