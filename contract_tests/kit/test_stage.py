"""The stage of clients: what it keeps of requests, how it makes trouble, and what it leaves of that."""

import os
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from azureml_contract import wire
from azureml_contract.stage import ELSEWHERE, HERE, KEY, Stage, staged

BODY = b'{"inputs": {"input_string": ["word"]}}'


@pytest.fixture(scope="module")
def shared() -> Iterator[Stage]:
    with staged(wire.known("gpt2")) as stage:
        yield stage


@pytest.fixture
def stage(shared: Stage) -> Stage:
    shared.clear()
    return shared


def post(url: str, key: str = KEY) -> int:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "X-Own": "yes"}
    request = Request(url, BODY, headers)
    try:
        with urlopen(request, timeout=10) as response:
            return int(response.status)
    except HTTPError as error:
        with error:
            return error.code


def test_requests_are_kept_as_they_came(stage):
    assert post(f"{stage.endpoint.url}?a=b") == 200
    (call,) = stage.came
    assert (call.path, call.query, call.body) == ("/score", "a=b", BODY)
    assert (call.headers["x-own"], call.headers["authorization"]) == ("yes", f"Bearer {KEY}")


def test_refused_requests_are_kept_too(stage):
    assert post(stage.endpoint.url, "another key") == 401
    assert len(stage.came) == 1


def test_the_other_host_is_no_part_of_what_came_here(stage):
    assert post(stage.elsewhere) == 200
    assert (len(stage.came), len(stage.came_to(ELSEWHERE)), len(stage.came_to(HERE))) == (0, 1, 0)
    assert stage.elsewhere.startswith("http://localhost:")
    assert stage.endpoint.url.startswith("http://127.0.0.1:")


def test_both_suffer_for_as_long_as_a_block_lasts(stage):
    post(stage.endpoint.url)
    with stage.suffering({"type": "status", "status": 503}):
        assert stage.came == []
        assert [post(stage.endpoint.url), post(stage.elsewhere)] == [503, 503]
    assert len(stage.came) == 1
    assert [post(stage.endpoint.url), post(stage.elsewhere)] == [200, 200]


def test_a_fault_strikes_as_often_in_the_next_block(stage):
    fault = {"type": "status", "status": 503, "times": 1}
    for _ in range(2):
        with stage.suffering(fault):
            assert [post(stage.endpoint.url), post(stage.endpoint.url)] == [503, 200]


def test_it_points_elsewhere_for_as_long_as_a_block_lasts(stage):
    with stage.redirecting(307):
        assert post(stage.endpoint.url) == 307  # which urllib follows for GET only
        assert post(stage.elsewhere) == 200
    assert post(stage.endpoint.url) == 200


def test_clearing_forgets_what_came(stage):
    post(stage.endpoint.url)
    stage.clear()
    assert (stage.came, stage.endpoint.calls) == ([], [])


def test_it_names_the_deployment(stage):
    post(stage.endpoint.url)
    assert stage.endpoint.calls[0].deployment == stage.deployment


def test_clients_find_no_settings_in_the_environment(monkeypatch):
    monkeypatch.setenv("AZUREML_DEPLOYMENT_NAME", "mine")
    monkeypatch.setenv("no_proxy", "example.org")
    with staged(wire.known("gpt2")):
        assert "AZUREML_DEPLOYMENT_NAME" not in os.environ
        assert "127.0.0.1" in os.environ["no_proxy"]
    assert (os.environ["AZUREML_DEPLOYMENT_NAME"], os.environ["no_proxy"]) == ("mine", "example.org")
