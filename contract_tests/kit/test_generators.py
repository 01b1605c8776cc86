"""What is made up is what it says that it is."""

import json
from typing import Any

from hypothesis import given, settings

from azureml_contract import wire
from azureml_contract.corpus import PARAMETERS, TEXTS
from azureml_contract.generators import parameters, texts
from azureml_contract.placement import Placement

PLACEMENTS = [Placement(wire.known(name)) for name in ("gpt2", "completions", "chat", "llama-chat")]
FAST = settings(max_examples=50, derandomize=True, database=None, deadline=None)


@FAST
@given(texts())
def test_texts_have_utf_8(text: str) -> None:
    assert text.encode().decode() == text


@FAST
@given(parameters())
def test_any_endpoint_takes_the_parameters(some: dict[str, Any]) -> None:
    assert json.loads(json.dumps(some, allow_nan=False)) == some
    assert all(placement.takes(some) for placement in PLACEMENTS)


def test_any_endpoint_takes_the_curated_parameters() -> None:
    assert [one for one in PARAMETERS if not all(placement.takes(one) for placement in PLACEMENTS)] == []


def test_each_curated_text_has_its_reason() -> None:
    assert all(TEXTS.values())
