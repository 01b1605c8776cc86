"""Every schema of the emulator as a measurement sees it."""

import json
from typing import Any

import pytest

from azureml_bench import shape
from azureml_bench.usage import WrongUsage
from azureml_emulator.places import value_at
from azureml_emulator.schema import Answer, Scoring
from azureml_emulator.schemas import all_schemas

NAMES = list(all_schemas())


@pytest.mark.parametrize("name", NAMES)
def test_a_body_asks_what_it_should(name: str) -> None:
    made = shape.known(name)
    reading = all_schemas()[name].parse(json.loads(made.body("What is a harbour?")))
    if made.prompt_at is not None:
        assert reading.prompts[0].text == "What is a harbour?"
    assert not reading.stream or made.streaming == {}


@pytest.mark.parametrize("name", [name for name in NAMES if all_schemas()[name].speaks])
def test_the_text_is_where_the_answer_has_it(name: str) -> None:
    schema, made = all_schemas()[name], shape.known(name)
    reading = schema.parse(json.loads(made.body("Well?")))
    answers = [Answer("A place on the coast.")] * len(reading.prompts)
    said: Any = schema.write(Scoring(reading, answers))
    assert made.text_at is not None
    assert value_at(said, made.text_at) == "A place on the coast."


@pytest.mark.parametrize("name", [name for name in NAMES if all_schemas()[name].stream])
def test_a_stream_is_asked_for(name: str) -> None:
    made = shape.known(name)
    if made.streams:
        assert all_schemas()[name].parse(json.loads(made.body("Well?", stream=True))).stream


def test_parameters_stand_where_the_example_has_them() -> None:
    gpt2 = json.loads(shape.known("gpt2").body("Well?", parameters={"max_new_tokens": 7}))
    assert gpt2["parameters"] == {"temperature": 0.8, "max_new_tokens": 7}
    chat = json.loads(shape.known("chat").body("Well?", parameters={"max_tokens": 7}))
    assert chat["max_tokens"] == 7


@pytest.mark.parametrize(
    ("path", "api_type", "name"),
    [
        ("/models/chat/completions", "", "chat"),
        ("/v1/chat/completions", "serverless", "chat"),
        ("/completions", "", "completions"),
        ("/score", "serverless", "chat"),
        ("/v1/embeddings", "", "embeddings"),
    ],
)
def test_a_path_may_say_the_shape(path: str, api_type: str, name: str) -> None:
    assert shape.of_path(path, api_type).name == name


def test_a_path_that_says_nothing() -> None:
    with pytest.raises(WrongUsage, match="/score may be any model's: name its wire schema with --schema"):
        shape.of_path("/score")


def test_an_unknown_shape() -> None:
    with pytest.raises(WrongUsage, match=r"--schema 'gtp2': expected one of .*did you mean 'gpt2'"):
        shape.known("gtp2")
