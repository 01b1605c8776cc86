"""schemathesis against each container's own description: whatever it makes up, right or wrong, gets what that says.

`make hunt` has it make up many more, with a seed of its own.
"""

import json
import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from azureml_emulator.schemas import all_schemas

HUNT = int(os.environ.get("HUNT", "0"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DESCRIBED = [
    pytest.param(schema, id=name) for name, schema in all_schemas().items() if "/swagger.json" in schema.server.pages
]
EVERYDAY = settings(
    max_examples=HUNT // len(DESCRIBED) // 2 or 15,
    deadline=None,
    derandomize=not HUNT,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def opened(endpoint: Any) -> tuple[Any, dict[str, str]]:
    """Load what a running endpoint says of itself."""
    headers = {"Authorization": f"Bearer {endpoint.key}"}
    return schemathesis.openapi.from_url(f"{endpoint.base_url}/swagger.json?version=3.1", headers=headers), headers


def broken(schema: Any, body: Any) -> bool:
    """Tell whether a body lacks what no container goes without: being an object, and the fields it needs."""
    found = schema.raw_schema["components"]["schemas"]["ServiceInput"]
    needed = {"type": found["type"], "required": found.get("required", [])} if "type" in found else {}
    return not Draft202012Validator(needed).is_valid(body)


@pytest.mark.slow
@pytest.mark.parametrize("mode", GenerationMode, ids=lambda one: one.value)
@pytest.mark.parametrize("shape", DESCRIBED)
def test_whatever_is_made_up_from_the_description_gets_what_is_described(azureml_emulator, shape, mode):
    schema, headers = opened(azureml_emulator.endpoint(shape))
    operation = schema[shape.paths[0]]["POST"]

    @EVERYDAY
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case):
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS, headers=headers)
        understood = response.status_code == 200 and response.content != b"{}"
        if mode is GenerationMode.NEGATIVE and isinstance(case.body, list | str | int | dict | None):
            assert not (understood and broken(schema, case.body)), json.dumps(case.body)

    holds()
