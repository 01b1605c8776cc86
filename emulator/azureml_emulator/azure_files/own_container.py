"""Any JSON, for a container of one's own: what was sent is the prompt, and an answer that is JSON is sent as it is.

With the answer source `echo` the body itself comes back; `fixed` and `python` say what the container would. It is no
shape like the others, since no body is wrong for it.
"""

import json
from typing import Any

from pydantic import JsonValue

from azureml_emulator.schema import Prompt, Reading, Schema, Scoring

Request: Any = JsonValue
Response = JsonValue


def read(body: Any) -> Reading:
    """One prompt: a text as it is, anything else as JSON."""
    return Reading((Prompt(body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)),))


def write(scoring: Scoring) -> Any:
    """The answer: as JSON if it is some, else as a text."""
    text = scoring.answers[0].text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


OWN_CONTAINER = Schema(
    name="json",
    about="Any JSON, for a container of one's own",
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={"river": "Exe", "otters": [3, 5]},
    variants=({"inputs": "How many otters are in the river?"},),
    evidence="unverified: what such a container takes and gives is its own affair",
)
