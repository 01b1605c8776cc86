"""What a cassette tells of time: when an answer was there, and when each event of a stream that carries text was."""

from collections.abc import Iterator, Mapping
from typing import Any

from azureml_emulator import tokens
from azureml_emulator.errors import BadBody
from azureml_emulator.recording.cassette import Interaction
from azureml_emulator.recording.matching import Asked, Matching
from azureml_emulator.request import parse

_TEXTS = ("content", "text", "token", "arguments", "generated_text")
"""Fields in which events carry text."""


def prompt_tokens(one: Interaction, matching: Matching) -> int:
    """Count the tokens of the prompts, as the emulator would; of a request of no known shape, those of all texts."""
    reading = matching.reading(Asked.recorded(one))
    if reading is not None:
        return sum(prompt.tokens for prompt in reading.prompts)
    document = parse(one.request.body)
    return 0 if isinstance(document, BadBody) else sum(tokens.count(text) for text in _texts(document))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def times(one: Interaction) -> Iterator[float]:
    """Give when each event with text was whole, in seconds after the request's end."""
    rest = b""
    for at, data in one.response.chunks:
        *events, rest = (rest + data).replace(b"\r\n", b"\n").split(b"\n\n")
        yield from (at for event in events if _says_something(event))


def _says_something(event: bytes) -> bool:
    """Say whether an event carries text, rather than a role, a reason to stop, or figures of usage."""
    lines = [line.removeprefix(b"data:") for line in event.split(b"\n") if line.startswith(b"data:")]
    document = parse(b"\n".join(lines).strip()) if lines else None
    return _has_text(document)


def _has_text(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_has_text, value))
    if not isinstance(value, Mapping):
        return False
    return any(
        (name in _TEXTS and isinstance(one, str) and one != "") or _has_text(one) for name, one in value.items()
    )
