"""Api types by any of their names, and scoring URLs."""

import enum
from typing import Any

import pytest

from azureml_endpoint import AzureMLEndpointApiType as ApiType
from azureml_endpoint.addresses import is_loopback, origin, scoring_url

HOST = "https://ep.eastus.inference.ml.azure.com"


class Foreign(str, enum.Enum):  # noqa: UP042  # as LangChain's
    serverless = "serverless"


@pytest.mark.parametrize(
    "value", ["serverless", "Serverless", " SERVERLESS ", ApiType.serverless, Foreign.serverless]
)
def test_an_api_type_has_many_spellings(value: Any) -> None:
    assert ApiType.of(value) is ApiType.serverless
    assert str(ApiType.serverless) == "serverless"


@pytest.mark.parametrize("value", ["server", 3, b"dedicated", ["dedicated"]])
def test_an_unknown_api_type_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="must be one of 'dedicated', 'realtime', 'serverless'"):
        ApiType.of(value)


def test_realtime_is_the_former_name_of_dedicated() -> None:
    assert ApiType.realtime.plain is ApiType.dedicated
    assert ApiType.serverless.plain is ApiType.serverless


@pytest.mark.parametrize(
    "path", ["/score", "/score/", "/score///", "/api/v1/service/x/score", "/v1/score", "/a/b/score/"]
)
@pytest.mark.parametrize("api_type", [ApiType.dedicated, ApiType.realtime])
def test_dedicated_paths(path: str, api_type: ApiType) -> None:
    assert scoring_url(HOST + path, api_type) == HOST + path.rstrip("/")


@pytest.mark.parametrize(
    "path",
    [
        "/completions",
        "/v1/completions",
        "/chat/completions",
        "/v1/chat/completions",
        "/models/chat/completions",
        "/openai/v1/chat/completions",
        "/openai/deployments/x/chat/completions/",
    ],
)
def test_serverless_paths(path: str) -> None:
    assert scoring_url(HOST + path, ApiType.serverless) == HOST + path.rstrip("/")


def test_a_query_is_kept_and_a_fragment_is_not() -> None:
    url = scoring_url(f" {HOST}/models/chat/completions/?api-version=2024-05-01-preview#x\n", ApiType.serverless)
    assert url == f"{HOST}/models/chat/completions?api-version=2024-05-01-preview"


@pytest.mark.parametrize("path", ["", "/", "/scores", "/SCORE", "/%73core", "/score/x", "/xscore"])
def test_other_paths_say_what_was_expected(path: str) -> None:
    with pytest.raises(ValueError, match="ends with /score; found"):
        scoring_url(HOST + path, ApiType.dedicated)


def test_a_path_of_the_other_kind_suggests_it() -> None:
    with pytest.raises(ValueError, match="use endpoint_api_type='serverless'"):
        scoring_url(f"{HOST}/v1/completions", ApiType.dedicated)
    with pytest.raises(ValueError, match="use endpoint_api_type='dedicated'"):
        scoring_url(f"{HOST}/score", ApiType.serverless)


@pytest.mark.parametrize(
    "url",
    ["/score", "//h/score", "ftp://h/score", "h/score", "http:///score", "http://h:x/score", "http://h:99999/score",
     "http://[::1/score", "http://h/a b/score", "http://h/\x00/score", "https://user:secret@h/score", "http://@h/score"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_showing_a_password(url: str) -> None:
    with pytest.raises(ValueError, match="endpoint_url") as caught:
        scoring_url(url, ApiType.dedicated)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("url", "expected"), [
    ("http://127.0.0.1:5001/score", True), ("http://127.9.9.9/score", True), ("http://[::1]:1/score", True),
    ("http://localhost/score", True), ("http://gpt2.localhost:8900/score", True), ("http://LOCALHOST./score", True),
    ("http://10.0.0.1/score", False), ("https://localhost.example.com/score", False), ("https://h/score", False),
])  # fmt: skip
def test_this_very_machine(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_origins() -> None:
    assert origin("https://h/score") == origin("https://H:443/x") == ("https", "h", 443)
    assert origin("http://h/score") == ("http", "h", 80)


@pytest.mark.parametrize("url", ["http://h/a;b/score", "http://h/a;b/score;p=1"])
def test_parameters_may_be_in_any_part_of_the_path(url: str) -> None:
    assert scoring_url(url, ApiType.dedicated) == url


@pytest.mark.parametrize("url", ["https://h/a-secret", "https://h:a-secret/score", "https://[a-secret]/score"])
def test_a_refusal_never_shows_what_was_passed(url: str) -> None:
    with pytest.raises(ValueError, match="endpoint_url") as caught:
        scoring_url(url, ApiType.dedicated)
    assert "a-secret" not in str(caught.value)


def test_an_api_type_misspelt_is_told_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean 'serverless'") as caught:
        ApiType.of("server-less")
    assert "server-less" not in str(caught.value)
