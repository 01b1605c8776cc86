"""Log probabilities of an answer's tokens: made up, never above 0, always the same for the same answer."""

from collections.abc import Mapping
from math import log
from typing import Any

from azureml_emulator import tokens
from azureml_emulator.draw import Draw
from azureml_emulator.schema import Fields

_OTHERS = [" the", " a", ",", ".", " and", " to", " of", "\n", " is", " in", " it", " that", "!", "?", " for", " on"]
_OTHERS += [" with", " as", " this", ":", "-", " not"]


class Alternative(Fields):
    """A token that could have stood there."""

    token: str
    logprob: float
    bytes: list[int] | None


class Token(Alternative):
    """A token of the answer, and the likeliest ones at its place."""

    top_logprobs: list[Alternative]


class ChatLogprobs(Fields):
    """Those of a chat answer."""

    content: list[Token] | None
    refusal: None = None


class TextLogprobs(Fields):
    """Those of a text completion, in lists as long as the answer has tokens."""

    tokens: list[str]
    token_logprobs: list[float]
    top_logprobs: list[dict[str, float]] | None
    text_offset: list[int]


def _ranked(token: str, draw: Draw, at: int, wanted: int) -> list[tuple[str, float]]:
    """Give the likeliest tokens at a place, that of the answer first, falling, their chances below 1 in all."""
    chance = 0.5 + 0.5 * draw.unit(b"chance %d" % at)
    found = [(token, round(log(chance), 6))]
    start = draw.integer(b"others %d" % at)
    rest = 1 - chance
    for turn in range(len(_OTHERS)):
        other = _OTHERS[(start + turn) % len(_OTHERS)]
        if len(found) >= wanted:
            break
        if other != token:
            rest /= 2
            found.append((other, round(log(max(rest, 1e-9)), 6)))
    return found


def of_tokens(text: str, parameters: Mapping[str, Any], draw: Draw) -> list[dict[str, Any]] | None:
    """Give `logprobs.content` of a chat answer, if asked for, with `top_logprobs` alternatives for each token."""
    if not parameters.get("logprobs"):
        return None
    wanted = parameters.get("top_logprobs") or 0
    found = []
    for at, token in enumerate(tokens.split(text)):
        ranked = [_named(*one) for one in _ranked(token, draw, at, wanted)]
        found.append({**ranked[0], "top_logprobs": ranked[:wanted]})
    return found


def _named(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode("utf-8", "surrogatepass"))}


def of_text(text: str, parameters: Mapping[str, Any], draw: Draw) -> dict[str, Any] | None:
    """Give `logprobs` of a text completion, if asked for, with as many alternatives as its number says."""
    wanted = parameters.get("logprobs")
    if wanted is None:
        return None
    pieces = tokens.split(text)
    ranked = [_ranked(token, draw, at, wanted) for at, token in enumerate(pieces)]
    offsets, at = [], 0
    for piece in pieces:
        offsets.append(at)
        at += len(piece)
    return {
        "tokens": pieces,
        "token_logprobs": [one[0][1] for one in ranked],
        "top_logprobs": [dict(one[:wanted]) for one in ranked] if wanted else None,
        "text_offset": offsets,
    }


def parts(whole: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Cut the `logprobs` of a text completion into one for each token, as a stream brings them."""
    top = whole["top_logprobs"]
    return [
        {
            "tokens": [token],
            "token_logprobs": [whole["token_logprobs"][at]],
            "top_logprobs": [top[at]] if top else None,
            "text_offset": [whole["text_offset"][at]],
        }
        for at, token in enumerate(whole["tokens"])
    ]
