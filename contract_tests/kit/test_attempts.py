"""Tries that may fail."""

from typing import Any

from azureml_contract import wire
from azureml_contract.attempts import asked_or_none, body_or_none, json_or_none
from azureml_contract.formatter import Formatter
from contract_tests.zoo.reference import Reference

GPT2 = wire.known("gpt2")


class Spoils:
    def format_request_payload(self, prompt: Any, model_kwargs: Any) -> Any:
        model_kwargs["stop"].append("spoilt")
        return {"prompt": prompt} if prompt else b"{}"


def test_a_body_is_given_where_there_is_one() -> None:
    formatter = Formatter(Reference, GPT2)
    assert body_or_none(formatter, "a") == b'{"inputs": {"input_string": ["a"]}, "parameters": {}}'
    assert body_or_none(formatter, None) is None
    assert body_or_none(Formatter(Spoils, GPT2), "a", {"stop": []}) is None


def test_the_parameters_of_others_are_not_spoilt() -> None:
    given: dict[str, Any] = {"stop": []}
    assert body_or_none(Formatter(Spoils, GPT2), "", given) == b"{}"
    assert given == {"stop": []}


def test_what_cannot_be_read_is_none() -> None:
    assert asked_or_none(GPT2, b"{}") is None
    assert asked_or_none(GPT2, None) is None
    assert asked_or_none(GPT2, GPT2_BODY) is not None
    assert json_or_none(b"{") is None
    assert json_or_none(b"[" * 100_000) is None
    assert json_or_none(None) is None
    assert json_or_none(b"[1]") == [1]


GPT2_BODY = b'{"inputs": {"input_string": ["a"]}}'
