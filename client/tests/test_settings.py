"""Settings: from arguments and environment, checked as a whole, the key never shown."""

import copy
import pickle
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from azureml_endpoint import (
    AzureMLChatOnlineEndpoint,
    AzureMLEndpointApiType,
    AzureMLOnlineEndpoint,
    CustomOpenAIChatContentFormatter,
    CustomOpenAIContentFormatter,
    GPT2ContentFormatter,
    LlamaContentFormatter,
    Timeout,
)

from .conftest import KEY

URL = "https://ep.eastus.inference.ml.azure.com/score"
SERVERLESS = "https://ep.eastus.models.ai.azure.com/v1/completions"


def make(**settings: Any) -> AzureMLOnlineEndpoint:
    return AzureMLOnlineEndpoint(**{"endpoint_url": URL, "endpoint_api_key": KEY, **settings})


def refusal(**settings: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        make(**settings)
    assert KEY not in f"{caught.value}{caught.value!r}{caught.value.errors()}{caught.value.json()}"
    return str(caught.value)


def test_defaults() -> None:
    llm = make()
    assert (llm.endpoint_api_type, llm.deployment_name, llm.timeout, llm.max_retries) == ("dedicated", "", 50, 1)
    assert (llm.http_client, llm.content_formatter, llm.model_kwargs) == (None, None, None)


def test_what_is_missing_or_empty_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZUREML_ENDPOINT_URL", SERVERLESS)
    monkeypatch.setenv("AZUREML_ENDPOINT_API_KEY", f" {KEY}\n")
    monkeypatch.setenv("AZUREML_DEPLOYMENT_NAME", "blue")
    monkeypatch.setenv("AZUREML_ENDPOINT_API_TYPE", "Serverless")
    monkeypatch.setenv("AZUREML_TIMEOUT", "7.5")
    for llm in (
        AzureMLOnlineEndpoint(),
        AzureMLOnlineEndpoint(
            endpoint_url="", endpoint_api_key=SecretStr(""), deployment_name="", endpoint_api_type=None, timeout=0
        ),
    ):
        assert llm.endpoint_url == SERVERLESS
        assert llm.endpoint_api_key.get_secret_value() == KEY
        assert llm.deployment_name == "blue"
        assert llm.endpoint_api_type is AzureMLEndpointApiType.serverless
        assert llm.timeout == 7.5
    assert make(endpoint_api_type="dedicated", timeout=3, deployment_name="green").settings == {
        **make(endpoint_api_type="dedicated").settings,
        "timeout": 3,
        "deployment_name": "green",
    }


@pytest.mark.parametrize("name", ["endpoint_api_key", "endpoint_url"])
def test_what_is_missing_is_named_with_its_variable(name: str) -> None:
    assert f"Did not find {name}" in refusal(**{name: ""})
    assert f"AZUREML_{name.upper()}" in refusal(**{name: None})


@pytest.mark.parametrize("key", [KEY, f" {KEY}\n", SecretStr(KEY), SecretStr(f"{KEY}\r\n")])
def test_a_key_may_be_text_or_secret(key: Any) -> None:
    assert make(endpoint_api_key=key).endpoint_api_key.get_secret_value() == KEY


@pytest.mark.parametrize("key", [f"{KEY}\nX: y", f"{KEY}é", f"{KEY}\x00"])
def test_a_key_that_no_header_carries_is_refused(key: str) -> None:
    assert "no HTTP header can carry" in refusal(endpoint_api_key=key)


def test_the_key_is_never_shown() -> None:
    llm = make(model_kwargs={"temperature": 0.8})
    shown = f"{llm}{llm!r}{llm.settings}{llm.model_dump()}{llm.__getstate__()}"
    assert KEY not in shown
    assert KEY.encode() not in pickle.dumps(llm)
    assert "temperature" in str(llm)


@pytest.mark.parametrize(("name", "hint"), [
    ("endpoint_type", "did you mean 'endpoint_api_type'?"),
    ("formatter", "did you mean 'content_formatter'?"),
    ("temperature", "Parameters of the model go into model_kwargs"),
    ("callbacks", "azureml_endpoint.langchain"),
])  # fmt: skip
def test_an_unknown_argument_is_an_error_that_helps(name: str, hint: str) -> None:
    message = refusal(**{name: "x"})
    assert f"{name!r}" in message
    assert hint in message
    with pytest.raises(ValueError, match=name):
        setattr(make(), name, "x")


@pytest.mark.parametrize("api_type", ["dedicated", "Realtime", AzureMLEndpointApiType.realtime, None, ""])
def test_api_types_that_share_a_formatter(api_type: Any) -> None:
    assert make(endpoint_api_type=api_type, content_formatter=GPT2ContentFormatter()).content_formatter


@pytest.mark.parametrize(
    ("formatter", "hint"),
    [
        ("gpt2", "CustomOpenAIContentFormatter"),
        (GPT2ContentFormatter, r"GPT2ContentFormatter(), with the parentheses"),
        (object(), "format_request_payload and format_response_payload"),
        (SimpleNamespace(format_request_payload=print), "which a SimpleNamespace has not"),
    ],
)
def test_a_wrong_formatter_is_refused_at_construction(formatter: Any, hint: str) -> None:
    assert hint in refusal(content_formatter=formatter)


def test_a_formatter_must_fit_the_api_type_and_the_class() -> None:
    message = refusal(
        endpoint_url=SERVERLESS, endpoint_api_type="serverless", content_formatter=GPT2ContentFormatter()
    )
    assert "GPT2ContentFormatter supports dedicated, not endpoint_api_type 'serverless'" in message
    with pytest.raises(ValueError, match="built in are CustomOpenAIChatContentFormatter"):
        AzureMLChatOnlineEndpoint(endpoint_url=URL, endpoint_api_key=KEY, content_formatter=LlamaContentFormatter())


def test_a_chat_formatter_serves_prompts_too() -> None:
    assert make(content_formatter=CustomOpenAIChatContentFormatter())


@pytest.mark.parametrize("timeout", [True, -1, [1], "soon", float("nan")])
def test_a_wrong_timeout_is_refused(timeout: Any) -> None:
    assert "timeout" in refusal(timeout=timeout)


@pytest.mark.parametrize("timeout", [0.5, 5, (1, 2), [1, 2], Timeout(1, 2, 3)])
def test_a_timeout_stays_as_it_was_given(timeout: Any) -> None:
    assert make(timeout=timeout).timeout == (tuple(timeout) if isinstance(timeout, list) else timeout)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("deployment_name", "bl\nue"), ("deployment_name", "é"), ("max_retries", -1), ("max_retries", "many"),
     ("http_client", object()), ("model_kwargs", [1]), ("endpoint_api_type", "server"), ("endpoint_url", 3)],
)  # fmt: skip
def test_other_wrong_settings_are_refused(setting: str, value: Any) -> None:
    assert refusal(**{setting: value})


def test_an_assignment_is_checked_and_takes_effect() -> None:
    llm = make(content_formatter=GPT2ContentFormatter())
    llm.endpoint_api_key = "rotated-key-0123456789"
    assert llm.endpoint_api_key.get_secret_value() == "rotated-key-0123456789"
    assert llm._request(b"").key == "rotated-key-0123456789"
    llm.timeout = "7"
    assert llm.timeout == 7
    before = llm.settings
    for name, value in (("endpoint_url", SERVERLESS), ("endpoint_api_type", "serverless"), ("timeout", -1)):
        with pytest.raises(ValidationError):
            setattr(llm, name, value)
    assert llm.settings == before


def test_equality_is_by_settings() -> None:
    assert make(content_formatter=GPT2ContentFormatter()) == make(content_formatter=GPT2ContentFormatter())
    assert make() != make(timeout=3)
    assert make() != make(endpoint_api_key="another-key")
    assert make() != AzureMLChatOnlineEndpoint(endpoint_url=URL, endpoint_api_key=KEY)


def test_copies_are_equal_and_independent() -> None:
    llm = make(model_kwargs={"a": [1]}, content_formatter=CustomOpenAIContentFormatter(langchain_compatible=True))
    for other in (copy.copy(llm), copy.deepcopy(llm), llm.model_copy()):
        assert other == llm
        other.timeout = 3
        assert llm.timeout == 50
    deep = copy.deepcopy(llm)
    assert deep.model_kwargs
    deep.model_kwargs["a"].append(2)
    assert llm.model_kwargs == {"a": [1]}


def test_a_pickle_has_everything_but_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    llm = make(model_kwargs={"a": 1}, content_formatter=CustomOpenAIContentFormatter())
    keyless = pickle.loads(pickle.dumps(llm))
    with pytest.raises(ValueError, match="Did not find endpoint_api_key"):
        keyless.invoke("x")
    keyless.endpoint_api_key = KEY
    assert keyless == llm
    monkeypatch.setenv("AZUREML_ENDPOINT_API_KEY", KEY)
    assert pickle.loads(pickle.dumps(llm)) == llm


def test_model_kwargs_are_the_endpoints_own() -> None:
    mine = {"a": 1}
    llm = make(model_kwargs=mine)
    mine["b"] = 2
    assert llm.model_kwargs == {"a": 1}


def test_nested_values_are_the_endpoints_own_too() -> None:
    mine: dict[str, Any] = {"a": {"b": [1]}, "t": ({"c": 1},)}
    llm = make(model_kwargs=mine)
    mine["a"]["b"].append(2)
    mine["t"][0]["c"] = 2
    assert llm.model_kwargs == {"a": {"b": [1]}, "t": ({"c": 1},)}
    mine["a"]["b"] = mine
    assert "hold themselves" in refusal(model_kwargs=mine)


@pytest.mark.parametrize(
    "setting", ["endpoint_api_type", "timeout", "deployment_name", "max_retries", "endpoint_url"]
)
def test_a_key_in_the_wrong_place_is_not_shown(setting: str) -> None:
    wrong = {"endpoint_url": f"https://h/{KEY}", "deployment_name": f"{KEY}\n\x00"}
    assert setting in refusal(**{setting: wrong.get(setting, KEY)}).replace("deployment's name", "deployment_name")


@pytest.mark.parametrize("timeout", [1e10, 10**400, -1, float("nan"), "1e10", (1, 10**400)])
def test_an_endless_timeout_is_refused_at_construction(timeout: Any) -> None:
    assert "timeout" in refusal(timeout=timeout)


def test_an_updated_copy_is_checked() -> None:
    llm = make(model_kwargs={"a": [1]})
    copied = llm.model_copy(update={"endpoint_api_key": "another-key-0123456789"}, deep=True)
    assert "another-key" not in repr(copied)
    assert copied.endpoint_api_key.get_secret_value() == "another-key-0123456789"
    for wrong in ({"timeout": -1}, {"time_out": 1}):
        with pytest.raises(ValidationError):
            llm.model_copy(update=wrong)


def test_copies_do_not_read_the_environment_again(monkeypatch: pytest.MonkeyPatch) -> None:
    llm = make()
    state = pickle.dumps(llm)
    monkeypatch.setenv("AZUREML_DEPLOYMENT_NAME", "blue")
    monkeypatch.setenv("AZUREML_ENDPOINT_API_KEY", KEY)
    copies = (copy.copy(llm), copy.deepcopy(llm), llm.model_copy(update={"timeout": 3}), pickle.loads(state))
    assert [each.deployment_name for each in copies] == [""] * 4
    llm.deployment_name = ""
    assert llm.deployment_name == ""


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("url", "did you mean 'endpoint_url'?"),
        ("key", "did you mean 'endpoint_api_key'?"),
        ("api_key", "did you mean 'endpoint_api_key'?"),
        ("model", "model_kwargs={'model': ...}"),
        ("temperature", "model_kwargs={'temperature': ...}"),
    ],
)
def test_names_of_other_clients_are_understood(name: str, hint: str) -> None:
    assert hint in refusal(**{name: "x"})
