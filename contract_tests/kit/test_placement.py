"""The place of a wire's parameters is found by trying."""

from dataclasses import replace
from typing import Any

import pytest

from azureml_contract import wire
from azureml_contract.placement import Placement
from azureml_contract.wire import Asked

WITH_PARAMETERS = ["gpt2", "huggingface", "dolly", "catalog", "llama", "completions", "chat", "llama-chat", "tgi"]


@pytest.mark.parametrize("schema", WITH_PARAMETERS)
def test_usual_parameters_have_a_place(schema: str) -> None:
    placement = Placement(wire.known(schema))
    assert placement.takes({})
    assert placement.takes({"temperature": 0.7, "top_p": 0.9})


@pytest.mark.parametrize(
    ("schema", "parameters"),
    [
        ("completions", {"temperature": "hot"}),
        ("completions", {"model": "m"}),
        ("completions", {"max_tokens": 1.5}),
        ("chat", {"stream": True}),
    ],
)
def test_what_an_endpoint_refuses_or_changes_is_not_taken(schema: str, parameters: dict[str, Any]) -> None:
    assert not Placement(wire.known(schema)).takes(parameters)


def test_a_wire_without_parameters_takes_none() -> None:
    placement = Placement(replace(wire.known("gpt2"), read=lambda _: Asked(("a",))))
    assert not placement.takes({"temperature": 0.5})
    assert placement.takes({})


def test_what_an_endpoint_adds_by_itself_is_told() -> None:
    assert Placement(wire.known("automatic-speech-recognition")).added == {"language": []}
    assert [Placement(wire.known(schema)).added for schema in WITH_PARAMETERS] == [{}] * len(WITH_PARAMETERS)
