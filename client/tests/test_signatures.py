"""Formatters of any signature are called with what they ask for, on values of their own."""

import json
from typing import Any
from unittest import mock

import pytest

from azureml_endpoint import AzureMLEndpointApiType, AzureMLOnlineEndpoint, GPT2ContentFormatter
from azureml_endpoint.formatters.binding import Binding
from azureml_endpoint.formatters.signatures import Signature

SERVERLESS = AzureMLEndpointApiType.serverless


class KeywordType:
    def format_request_payload(self, prompt: str, model_kwargs: dict[str, Any], *, api_type: str) -> str:
        return f"{prompt} {api_type}"

    def format_response_payload(self, output: bytes, *, api_type: str) -> str:
        return f"{output.decode()} {api_type}"


class AllKeywords:
    def format_request_payload(self, *, prompt: str, model_kwargs: dict[str, Any], api_type: str = "none") -> str:
        assert model_kwargs == {"a": 1}
        return f"{prompt} {api_type}"

    def format_response_payload(self, *, output: bytes, endpoint_api_type: str = "none") -> str:
        return f"{output.decode()} {endpoint_api_type}"


class LaterType:
    def format_request_payload(
        self, prompt: str, model_kwargs: dict[str, Any], mark: str = "", api_type: str = "none"
    ) -> str:
        return f"{prompt}{mark} {api_type}"

    def format_response_payload(self, output: bytes, kind: str) -> str:
        return f"{output.decode()} {kind}"


class AnotherThird:
    def format_request_payload(self, prompt: str, model_kwargs: dict[str, Any], encoding: str = "utf-8") -> bytes:
        return f"{prompt} {encoding}".encode(encoding)

    def format_response_payload(self, output: bytes, encoding: str = "utf-8") -> str:
        return f"{output.decode(encoding)} {encoding}"


class MoreByName:
    def format_request_payload(
        self, prompt: str, model_kwargs: dict[str, Any], mark: str = "", *, end: str = "none", more: str = ""
    ) -> str:
        return f"{prompt}{mark}{more} {end}"

    def format_response_payload(self, output: bytes, mark: str = "", *, end: str = "none", more: str = "") -> str:
        return f"{output.decode()}{mark}{more} {end}"


class Anything:
    def format_request_payload(self, *args: Any, **kwargs: Any) -> str:
        assert not kwargs
        return f"{args[0]} {args[2]}"

    def format_response_payload(self, *args: Any) -> str:
        return f"{args[0].decode()} {args[1]}"


@pytest.mark.parametrize(
    ("formatter", "told"),
    [
        (KeywordType(), "serverless"),
        (AllKeywords(), "serverless"),
        (LaterType(), "serverless"),
        (AnotherThird(), "utf-8"),
        (MoreByName(), "none"),
        (Anything(), "serverless"),
    ],
)
def test_a_formatter_is_called_as_it_asks_to_be(formatter: Any, told: str) -> None:
    binding = Binding(formatter, "format_request_payload")
    assert binding.request("x", {"a": 1}, SERVERLESS) == f"x {told}".encode()
    assert binding.response(b"y", SERVERLESS) == f"y {told}"


class Changing:
    def format_request_payload(self, prompt: str, model_kwargs: dict[str, Any]) -> bytes:
        model_kwargs["n"]["x"].append(1)
        return json.dumps(model_kwargs).encode()

    def format_response_payload(self, output: bytes) -> str:
        return output.decode()


def test_a_formatter_changes_only_its_own_values() -> None:
    llm = AzureMLOnlineEndpoint(
        endpoint_url="http://h/score",
        endpoint_api_key="k",
        content_formatter=Changing(),
        model_kwargs={"n": {"x": []}},
    )
    assert llm.request_payload("x") == llm.request_payload("x") == b'{"n": {"x": [1]}}'
    mine = {"x": [0]}
    assert llm.request_payload("x", n=mine) == b'{"n": {"x": [0, 1]}}'
    assert (llm.model_kwargs, mine) == ({"n": {"x": []}}, {"x": [0]})


def test_a_method_patched_after_a_call_takes_effect() -> None:
    formatter = GPT2ContentFormatter()
    binding = Binding(formatter, "format_request_payload")
    body = b'[{"0": "y"}]'
    assert binding.response(body, SERVERLESS).text == "y"
    with mock.patch.object(formatter, "format_response_payload", return_value="patched"):
        assert binding.response(body, SERVERLESS) == "patched"
    with mock.patch.object(formatter, "format_response_payload", bytes.decode):
        assert binding.response(body, SERVERLESS) == body.decode()
    assert binding.response(body, SERVERLESS).text == "y"


def called(method: Any, *values: Any) -> Any:
    return Signature(method, len(values)).call(method, values, "the type")


def test_keywords_beyond_the_arguments_keep_their_defaults():
    assert called(lambda a, b, *, c="kept", d="too": (a, b, c, d), 1, 2) == (1, 2, "kept", "too")


def test_whoever_takes_any_number_gets_the_type_last_and_no_keywords():
    assert called(lambda *args, c="kept", d="too": (args, c, d), 1, 2) == ((1, 2, "the type"), "kept", "too")


def test_arguments_that_can_only_be_named_are_named_in_order():
    assert called(lambda a, *, b, c="kept": (a, b, c), 1, 2) == (1, 2, "kept")


class Untold:
    """Has no signature that could be read."""

    __signature__ = 5

    def __call__(self, *args: Any) -> Any:
        return args


@pytest.mark.parametrize("method", [Untold(), mock.Mock(side_effect=lambda *args: args, __signature__=None)])
def test_what_does_not_tell_its_arguments_is_given_all(method):
    assert called(method, 1) == (1, "the type")


def test_a_builtin_without_a_signature_is_given_all():
    with pytest.raises(TypeError, match=r"type\.__new__"):
        called(type, "Name", ())
