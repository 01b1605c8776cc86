"""A shape for any container: whoever configures it gives a JSON Schema, or an example, of request and response."""

import json
from collections.abc import Mapping
from typing import Any

from azureml_emulator.draw import canonical
from azureml_emulator.json_sample import sample
from azureml_emulator.json_shapes.side import Side, texts, with_text
from azureml_emulator.schema import Prompt, Reading, Schema, Scoring
from azureml_emulator.spelling import nearest

_DESCRIBED = {"type": ["object", "string"], "description": "a JSON Schema, or the path of a file with one"}
_EXAMPLE = {"description": "an example, or the path of a file with one"}
SETTING: dict[str, Any] = {
    "type": "object",
    "properties": {
        "type": {"const": "json"},
        "request": _DESCRIBED,
        "response": _DESCRIBED,
        "request_example": _EXAMPLE,
        "response_example": _EXAMPLE,
        "path": {"type": "string", "pattern": "^/", "default": "/score"},
    },
    "required": ["type"],
    "additionalProperties": False,
}
"""The JSON Schema of this shape in a configuration file."""


def json_shape(
    *,
    request: Any = None,
    response: Any = None,
    request_example: Any = None,
    response_example: Any = None,
    path: str = "/score",
) -> Schema[Any]:
    """Make a shape of JSON Schemas or examples; a text is the path of a file, YAML or JSON, that has it.

    An example alone allows every value of its structure: see `json_shapes/description.py`. Requests are validated
    with the `jsonschema` library (extra `json`).

    The prompt is the request's text, if there is exactly one in it, else the whole request as JSON. The request's
    fields are its parameters. The answer is what the answer source says, if that is a JSON object or list that is
    valid as a response. Otherwise it is the example, or without one a made-up value that is valid, the same for the
    same request; and if there is exactly one text in it, the answer source's text takes its place, where that is
    valid. Raises `ValueError` naming the argument that is wrong.
    """
    if not isinstance(path, str) or not path.startswith("/"):
        raise ValueError(f"path: expected a path that starts with a slash, not {path!r}")
    asked, answered = Side("request", request, request_example), Side("response", response, response_example)
    return Schema(
        name="json",
        about="A container of one's own, described by JSON Schemas or examples",
        request=asked.type,
        response=answered.type,
        read=_read,
        write=lambda scoring: _write(answered, scoring),
        example=asked.example,
        evidence="unverified: whoever configures it knows",
        paths=(path,),
        speaks=_spoken(answered, answered.example, "any text") is not None,
    )


def of_setting(setting: Mapping[str, Any]) -> Schema[Any]:
    """Make the shape that a configuration file describes. Raises `ValueError`."""
    known = SETTING["properties"]
    for name in setting:
        if name not in known:
            raise ValueError(f"unknown setting {name!r}{nearest(str(name), known)}; expected {', '.join(known)}")
    if setting.get("type") != "json":
        raise ValueError(f"expected a shape's name, or settings with type json, not type {setting.get('type')!r}")
    return json_shape(**{name: value for name, value in setting.items() if name != "type"})


def _read(body: Any) -> Reading:
    found = [text for _, text in texts(body)]
    text = found[0] if len(found) == 1 else json.dumps(body, ensure_ascii=False)
    return Reading((Prompt(text),), body if isinstance(body, dict) else {})


def _write(side: Side, scoring: Scoring) -> Any:
    said = scoring.texts[0]
    found = _parsed(said)
    if isinstance(found, dict | list) and side.judge.valid(found):
        return found
    value = side.example if side.given else _made_up(side, scoring)
    spoken = _spoken(side, value, said)
    return value if spoken is None else spoken


def _made_up(side: Side, scoring: Scoring) -> Any:
    [prompt], parameters = scoring.reading.prompts, scoring.reading.parameters
    draw = scoring.home.within(canonical([prompt.text, dict(parameters)]))
    try:
        return sample(side.schema, draw, [prompt.text, *parameters.values()])
    except ValueError:  # a schema that hardly anything satisfies; the example does
        return side.example


def _spoken(side: Side, value: Any, text: str) -> Any:
    """Put a text in the place of the only one; give None where there are none or several, or it is not valid."""
    places = [steps for steps, _ in texts(value)]
    if len(places) != 1:
        return None
    changed = with_text(value, places[0], text)
    return changed if side.judge.valid(changed) else None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
