"""`Engine.score`, each wire shape with its own example, against parsing and dumping the same body."""

import json

import pytest
from ratios.data import KEY
from ratios.turns import in_pairs, run

from azureml_emulator import Call, Endpoint, Engine
from azureml_emulator.schemas import all_schemas

HEADERS = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}


@pytest.fixture(scope="module", params=list(all_schemas()))
def shape(request):
    """A wire shape at work: what it scores, and the call it is asked."""
    schema = all_schemas()[request.param]
    engine = Engine([Endpoint(schema.name, schema=schema, key=KEY)])
    call = Call(
        "POST",
        schema.paths[0],
        HEADERS,
        json.dumps(schema.example).encode(),
        at=1_700_000_000.0,
        listener=schema.name,
    )
    assert engine.score(call).status == 200
    return schema.name, engine, call


@in_pairs
def test_score(benchmark, shape, pair, side):
    """All that happens to a request but the socket."""
    name, engine, call = shape
    what = f"Engine.score {name} / json.loads + json.dumps of the body"
    if side == "ours":
        run(benchmark, what, side, lambda: engine.score(call))
    else:
        run(benchmark, what, side, lambda: json.dumps(json.loads(call.body)).encode())
