"""Worked examples of the wire shapes, made by the engine itself."""

import json
from typing import Any

from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.schema import Schema
from azureml_emulator.wire import Call

_NOON = 1_700_000_000.0


def answered(schema: Schema[Any]) -> Any:
    """Give the JSON that an endpoint of this shape answers to the shape's own example, of a stream all events."""
    headers = {"authorization": f"Bearer {DEVELOPMENT_KEY}", "content-type": "application/json"}
    body = json.dumps(schema.example).encode()
    call = Call("POST", schema.paths[0], headers, body, _NOON, listener=schema.name)
    reply = Engine([Endpoint(schema.name, schema=schema)]).score(call)
    if reply.chunked and schema.framing:
        return list(schema.framing.events(reply.body))
    return json.loads(reply.body)
