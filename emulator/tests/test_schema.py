import pytest

from azureml_emulator.errors import WrongShape
from azureml_emulator.schema import Answer, Prompt, Reading, Scoring, path, text_of
from azureml_emulator.schemas import find


def test_a_wrong_field_is_named_by_its_path():
    with pytest.raises(WrongShape) as error:
        find("gpt2").parse({"inputs": {"input_string": ["a", 5]}})
    assert error.value.message == "inputs.input_string[1]: Input should be a valid string"
    assert error.value.details[0]["loc"] == ["body", "inputs", "input_string", 1]


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"max_new_tokens": "many"}, r"parameters\.max_new_tokens: Input should be a valid integer"),
        ({"max_tokens": True}, r"parameters\.max_tokens: Input should be a valid integer"),
        ({"return_full_text": "yes"}, r"parameters\.return_full_text: Input should be a valid boolean"),
    ],
)
def test_a_parameter_that_no_generation_code_takes_is_named(parameters, named):
    with pytest.raises(WrongShape, match=named):
        find("gpt2").parse({"inputs": {"input_string": ["a"]}, "parameters": parameters})


def test_parameters_are_kept_exactly_as_sent():
    sent = {"temperature": 1, "top_p": 1.0, "stop": None, "deep": {"a": [True, 0]}}
    reading = find("gpt2").parse({"inputs": {"input_string": ["a"]}, "parameters": sent})
    assert reading.parameters == sent
    assert type(reading.parameters["temperature"]) is int
    assert type(reading.parameters["top_p"]) is float


def test_serverless_numbers_are_kept_as_sent_too():
    reading = find("chat").parse({"messages": [], "temperature": 1, "top_p": 1.0, "n": 3})
    assert repr(reading.parameters["temperature"]) == "1"
    assert repr(reading.parameters["top_p"]) == "1.0"
    assert reading.parameters["n"] == 3


def test_the_text_of_a_message_is_its_text_parts():
    parts = [
        {"type": "text", "text": "a"},
        {"type": "image_url", "image_url": {"url": "x"}},
        {"type": "text", "text": "b"},
    ]
    assert text_of(parts) == "ab"
    assert text_of(None) == ""


def test_usage_adds_up():
    scoring = Scoring(Reading((Prompt("one two three"),)), [Answer("four five")])
    assert scoring.usage == {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


def test_a_path_reads_as_one_writes_it_in_code():
    assert path(("input_data", "input_string", 0, "role")) == "input_data.input_string[0].role"
    assert path(()) == "body"
