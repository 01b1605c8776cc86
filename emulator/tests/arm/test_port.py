"""The control plane on its own port: https alone, endpoints open as they are created."""

import gc
import ssl
from importlib.util import find_spec

import pytest
import requests

from azureml_emulator import ConfigError, Emulator, Endpoint
from azureml_emulator.arm import ml_client
from azureml_emulator.arm.transport import _Trusting

from .conftest import GPT2, WORKSPACE

BEARER = {"authorization": "Bearer x"}


@pytest.fixture(scope="module")
def emulator():
    with Emulator([Endpoint("configured", schema="gpt2")], max_body=100_000) as emulator:
        yield emulator


@pytest.fixture
def ask(emulator, tmp_path):
    address = emulator.control_plane()
    authority = tmp_path / "ca.pem"
    authority.write_text(address.ca, encoding="utf-8")

    def ask(method, path, body=None, **options):
        options = {"headers": BEARER, "verify": str(authority), "timeout": 10, **options}
        return requests.request(method, f"{address.url}{WORKSPACE}/{path}", json=body, **options)

    return ask


def test_an_endpoint_s_port_opens_and_closes_with_it(ask, emulator):
    assert ask("PUT", "onlineEndpoints/front", {"properties": {}}).status_code == 201
    url = ask("GET", "onlineEndpoints/front").json()["properties"]["scoringUri"]
    assert requests.post(url, json={}, timeout=10).text == "Specified traffic group could not be found"
    assert ask("PUT", "onlineEndpoints/front/deployments/blue", {"properties": {"model": GPT2}}).status_code == 201
    body = {"properties": {"traffic": {"blue": 100}}}
    assert ask("PUT", "onlineEndpoints/front", body).status_code == 200
    assert emulator["front"].url == url
    key = {"authorization": f"Bearer {emulator['front'].key}"}
    assert requests.post(url, json={"input_data": ["hi"]}, headers=key, timeout=10).json() == ["hi"]
    deleted = ask("DELETE", "onlineEndpoints/front")
    assert deleted.status_code == 202
    assert deleted.headers["location"].startswith(emulator.control_plane().url)
    with pytest.raises(requests.ConnectionError):
        requests.post(url, json={}, timeout=10)


def test_a_port_that_is_taken_is_a_503_and_leaves_no_endpoint(ask, emulator):
    taken = {"emulator.port": emulator.url.rpartition(":")[2]}
    refused = ask("PUT", "onlineEndpoints/front", {"tags": taken, "properties": {}})
    assert refused.status_code == 503
    assert "is taken" in refused.json()["error"]["message"]
    assert ask("GET", "onlineEndpoints/front").status_code == 404


def test_the_plane_is_one_however_often_it_is_opened(emulator):
    assert emulator.control_plane() is emulator.control_plane()


def test_a_body_that_is_too_large_is_refused(ask):
    assert ask("PUT", "onlineEndpoints/front", {"tags": {"a": "x" * 200_000}}).status_code == 413


def test_a_request_without_a_token_is_refused(ask):
    assert ask("GET", "onlineEndpoints", headers={}).status_code == 401


def test_nobody_trusts_the_certificate_by_accident(emulator):
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(emulator.control_plane().url, timeout=10)


def test_only_a_running_emulator_has_one():
    with pytest.raises(RuntimeError, match="not running"):
        Emulator().control_plane()


@pytest.mark.skipif(find_spec("azure") is not None, reason="the SDK is here")
def test_a_missing_extra_is_named(emulator):
    with pytest.raises(ConfigError, match=r"azureml-emulator\[arm\]"):
        ml_client(emulator)


def test_the_certificate_is_for_the_hosts_asked():
    from azureml_emulator.arm.certificate import issued

    context, authority = issued("127.0.0.1", "127.0.0.1", "localhost")
    assert isinstance(context, ssl.SSLContext)
    assert authority.startswith("-----BEGIN CERTIFICATE-----")


@pytest.mark.slow
def test_a_connection_that_a_caller_keeps_open_does_not_outlast_the_emulator():
    with requests.Session() as session:
        with Emulator() as emulator:
            url = f"{emulator.control_plane().url}{WORKSPACE}/onlineEndpoints"
            session.mount(emulator.control_plane().url, _Trusting(_context(emulator.control_plane().ca)))
            assert session.get(url, headers=BEARER, timeout=10).status_code == 200
        gc.collect()  # a transport that is left warns when it is collected, and warnings are errors
        with pytest.raises(requests.ConnectionError):
            session.get(url, headers=BEARER, timeout=10)


def _context(authority):
    context = ssl.create_default_context()
    context.load_verify_locations(cadata=authority)
    return context
