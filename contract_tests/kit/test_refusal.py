"""Whether a formatter refuses an answer that holds no text."""

from collections.abc import Callable
from typing import Any

import pytest

from azureml_contract import wire
from azureml_contract.broken import UNSAID, Broken
from azureml_contract.formatter import Formatter
from azureml_contract.refusal import meant, outcome, refused


def formatter(read: Callable[[bytes], Any]) -> Formatter:
    """Give a formatter that reads so."""

    class Reads:
        def format_response_payload(self, output: bytes) -> Any:
            return read(output)

    return Formatter(Reads, wire.known("gpt2"))


def raises(error: Exception) -> Formatter:
    """Give a formatter that raises."""

    def read(output: bytes) -> Any:
        raise error

    return formatter(read)


class Own(ValueError):
    """A class of somebody's own."""


@pytest.mark.parametrize("error", [ValueError("no"), Own("no"), UnicodeDecodeError("utf-8", b"", 0, 1, "no")])
def test_a_value_error_of_any_class_refuses(error: Exception) -> None:
    refused(raises(error), b"body", "It")


@pytest.mark.parametrize("error", [KeyError("0"), TypeError("no"), IndexError("no"), AttributeError("no")])
def test_another_error_refuses_nothing(error: Exception) -> None:
    with pytest.raises(Broken) as broken:
        refused(raises(error), b"body", "It", {"allowed"})
    assert broken.value.summary == f"It raised {type(error).__name__}, where a ValueError is due."
    assert broken.value.case == b"body"


@pytest.mark.parametrize(
    ("given", "allowed", "summary"),
    [
        ("text", (), "It silently gave 'text', where a ValueError is due."),
        ("text", {"other"}, "It silently gave 'text', where 'other' or a ValueError is due."),
        (None, (), "It gave None, where a ValueError is due."),
        (5, {"5"}, "It gave a value of the type int, where a ValueError is due."),
    ],
)
def test_what_is_given_is_told(given: Any, allowed: Any, summary: str) -> None:
    with pytest.raises(Broken) as broken:
        refused(formatter(lambda output: given), b"body", "It", allowed)
    assert broken.value.summary == summary
    assert broken.value.got == given
    assert broken.value.expected is UNSAID


def test_a_text_that_is_allowed_is_right() -> None:
    refused(formatter(lambda output: "text"), b"body", "It", {"text"})


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        (formatter(lambda output: output.decode()), "body"),
        (formatter(lambda output: object()), "format_response_payload returned a value of the type object"),
        (raises(KeyError("0")), "format_response_payload raised KeyError"),
    ],
)
def test_outcomes_can_be_compared(subject: Formatter, told: str) -> None:
    assert outcome(subject, b"body") == told


@pytest.mark.parametrize(("document", "texts"), [([{"0": "text"}], {"text"}), ([{"0": 5}], set()), ("text", set())])
def test_a_value_means_a_text_or_none(document: Any, texts: set[str]) -> None:
    assert meant(wire.known("gpt2"), document) == texts
