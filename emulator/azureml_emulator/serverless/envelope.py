"""What stands around the choices of an answer, and what a stream tells of its usage."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Literal

from azureml_emulator.schema import Chunk, Fields, Scoring


class Usage(Fields):
    """Token counts."""

    prompt_tokens: int
    total_tokens: int
    completion_tokens: int


class Envelope(Fields):
    """What every answer carries around its choices."""

    id: str
    object: str
    created: int
    model: str
    usage: Usage | None = None


FinishReason = Literal["stop", "length", "content_filter", "tool_calls"]

Piece = dict[str, Any]
"""A choice of one chunk, without its index."""


def envelope(scoring: Scoring, kind: str, choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Wrap the choices."""
    return {
        "id": scoring.id,
        "object": kind,
        "created": scoring.created,
        "model": scoring.model,
        "choices": choices,
        **more,
    }


def chunks(scoring: Scoring, kind: str, runs: list[list[Piece]], last: list[Piece]) -> Iterator[Chunk]:
    """Give the stream of several choices: the runs side by side, a piece of each at a time, then the last pieces.

    Usage is in the very last chunk (documented for Azure) unless `stream_options` says otherwise: with
    `include_usage` it has a chunk of its own, without choices, and is null in all others, as OpenAI documents.
    """
    options = scoring.reading.parameters.get("stream_options") or {}
    asked = options.get("include_usage")
    more = {"usage": None} if asked else {}
    around = envelope(scoring, kind, [])
    for step in zip_longest(*runs):
        carried = 1
        for index, piece in enumerate(step):
            if piece is not None:
                yield {**around, "choices": [{"index": index, **piece}], **more}, carried
                carried = 0
    for index, piece in enumerate(last):
        tells = asked is None and index == len(last) - 1
        told = {"usage": scoring.usage} if tells else more
        yield envelope(scoring, kind, [{"index": index, **piece}], **told), 0
    if asked:
        yield envelope(scoring, kind, [], usage=scoring.usage), 0


def quiet(stream: Iterator[Chunk], scoring: Scoring) -> Iterator[Chunk]:
    """Keep a stream's usage to itself unless the request asks for it, as Microsoft's LLM server does (measured)."""
    asked = (scoring.reading.parameters.get("stream_options") or {}).get("include_usage")
    for value, carried in stream:
        if not asked:
            value.pop("usage", None)
        yield value, carried
