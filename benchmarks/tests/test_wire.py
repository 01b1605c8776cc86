"""What a client in another process is told of a wire shape."""

import json
from dataclasses import asdict

import pytest

from azureml_bench.overhead.wanted import wire
from azureml_bench.usage import WrongUsage
from azureml_bench.wire import Wire


@pytest.mark.parametrize("schema", ["gpt2", "chat", "completions", "llama-chat", "dolly"])
def test_it_survives_json_and_asks_the_same(schema: str) -> None:
    made = wire(schema, False)
    again = Wire(**json.loads(json.dumps(asdict(made))))
    assert again.body("What?") == made.body("What?")
    assert json.loads(made.body("What?")) != json.loads(made.body("When?"))


def test_a_prompt_changes_nothing_of_the_document() -> None:
    made = wire("gpt2", False)
    before = json.dumps(made.document)
    assert made.asked("What?")["inputs"]["input_string"] == ["What?"]
    assert json.dumps(made.document) == before


def test_the_text_of_an_answer() -> None:
    assert wire("gpt2", False).text(b'[{"0": "Well."}]') == "Well."
    with pytest.raises(LookupError):
        wire("gpt2", False).text(b"[]")


def test_the_texts_of_a_stream_that_is_not_whole() -> None:
    made = wire("chat", True)
    events = [b'data: {"choices": [{"delta": {"content": "%s"}}]}' % word for word in (b"One", b"", b" two")]
    data = b"\n\n".join([b": a comment", *events, b'data: {"choices": []}', b"data: [DONE]", b'data: {"choi'])
    assert list(made.pieces(data)) == ["One", " two"]
    assert made.document["stream"] is True


@pytest.mark.parametrize(
    ("schema", "stream", "said"),
    [
        ("mlflow", False, "expected one with a prompt and a text"),
        ("gpt2", True, "'gpt2' streams no events"),
        ("gtp2", False, "did you mean 'gpt2'"),
    ],
)
def test_what_cannot_be_measured(schema: str, stream: bool, said: str) -> None:
    with pytest.raises(WrongUsage, match=said):
        wire(schema, stream)
