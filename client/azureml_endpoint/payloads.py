"""JSON in and out: a body is strict JSON that decodes to what was passed, an answer is decoded or refused."""

import json
import math
from collections.abc import Mapping
from typing import Any

from azureml_endpoint.errors import ResponseFormatError


def encode(body: Any, parameters: Mapping[str, Any]) -> bytes:
    """Return `body` as ASCII JSON; ValueError or TypeError names the parameter that has no JSON form."""
    check(parameters)
    try:
        return json.dumps(body, allow_nan=False, separators=(",", ":")).encode()
    except RecursionError:
        raise ValueError("the parameters are nested too deeply for JSON") from None


def encode_as_langchain(body: Any) -> bytes:
    """Return `body` as langchain-community dumps it: default separators, NaN and Infinity let through."""
    return json.dumps(body).encode()


def check(parameters: Mapping[str, Any]) -> None:
    """Raise ValueError or TypeError naming the first parameter that JSON cannot carry as it is."""
    for name, value in parameters.items():
        try:
            _check(value, name)
        except RecursionError:
            raise ValueError(f"parameter {name} is nested too deeply for JSON, or holds itself") from None


def copied(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return parameters whose dicts, lists and tuples are nobody else's; ValueError when they hold themselves."""
    try:
        return {name: _copied(value) for name, value in parameters.items()}
    except RecursionError:
        raise ValueError("the parameters are nested too deeply, or hold themselves") from None


def _copied(value: Any) -> Any:
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_copied(item) for item in value)
    return value


def _check(value: Any, name: str) -> None:
    match value:
        case float() if not math.isfinite(value):
            raise ValueError(f"parameter {name} is {value}, which JSON cannot carry")
        case None | str() | int() | float():
            pass
        case dict():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise TypeError(f"parameter {name} has the key {key!r}; the keys of JSON are strings")
                _check(item, f"{name}.{key}")
        case list() | tuple():
            for index, item in enumerate(value):
                _check(item, f"{name}[{index}]")
        case _:
            raise TypeError(f"parameter {name} is a {type(value).__name__}, which JSON cannot carry")


def decode(output: bytes | bytearray | str, reader: str) -> Any:
    """Return the JSON of an answer; ResponseFormatError shows a body that is not JSON.

    A JSON string that itself holds a JSON list or object is decoded once more: a scoring script that dumps
    what the server dumps again is the commonest mistake there is.
    """
    try:
        answer = json.loads(output)
        if isinstance(answer, str) and answer.lstrip()[:1] in ("[", "{"):
            return json.loads(answer)
    except (ValueError, RecursionError) as error:
        reason = "less deeply nested JSON" if isinstance(error, RecursionError) else f"JSON ({error})"
        raise ResponseFormatError.of(reader, reason, output) from error
    return answer
