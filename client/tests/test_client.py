"""The client of bodies that one formats oneself: checked at construction, the key never shown."""

import copy
import pickle
from typing import Any

import pytest
from pydantic import SecretStr

from azureml_endpoint import AzureMLEndpointClient

from .conftest import KEY


def test_a_client_never_shows_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    client = AzureMLEndpointClient("http://h/score", KEY, "blue")
    assert KEY not in f"{client!r}{vars(client)}{client.endpoint_api_key}"
    assert KEY.encode() not in pickle.dumps(client)
    assert copy.copy(client).endpoint_api_key == copy.deepcopy(client).endpoint_api_key == SecretStr(KEY)
    keyless = pickle.loads(pickle.dumps(client))
    assert (keyless.endpoint_url, keyless.deployment_name) == ("http://h/score", "blue")
    with pytest.raises(ValueError, match="AZUREML_ENDPOINT_API_KEY"):
        keyless.call(b"x")
    keyless.endpoint_api_key = f"{KEY}\n"
    assert keyless.endpoint_api_key == SecretStr(KEY)
    monkeypatch.setenv("AZUREML_ENDPOINT_API_KEY", KEY)
    assert pickle.loads(pickle.dumps(client)).endpoint_api_key == SecretStr(KEY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"deployment_name": "a\r\nX-Evil: 1"},
        {"endpoint_api_key": f"{KEY}\r\nX-Evil: 1"},
        {"timeout": 1e10},
        {"timeout": -1},
        {"endpoint_url": ""},
    ],
)
def test_a_client_checks_its_settings_at_construction(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"deployment|endpoint_api_key|timeout|URL") as caught:
        AzureMLEndpointClient(**{"endpoint_url": "http://h/score", "endpoint_api_key": KEY, **wrong})
    assert KEY not in str(caught.value)


def test_a_clients_call_names_an_option_that_it_does_not_know() -> None:
    with pytest.raises(TypeError, match="takes timeout, content_type and accepts beside the body, not 'foo'"):
        AzureMLEndpointClient("http://h/score", KEY).call(b"x", run_manager=None, foo=1)
