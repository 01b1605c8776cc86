"""What an endpoint is made to send in the place of a stream."""

import json

import pytest
import requests

from azureml_contract.reel import Reel
from azureml_contract.stage import KEY, staged
from azureml_contract.wire import known
from azureml_emulator.faults import Fault

WIRE = known("completions")


@pytest.fixture(scope="module")
def stage():
    with staged(WIRE) as stage:
        yield stage


@pytest.fixture
def reel(stage):
    reel = Reel()
    with stage.endpoint.changed(faults=[reel]):
        yield reel


def ask(stage, **more):
    body = json.dumps({"prompt": "Hi", **more})
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    return requests.post(stage.endpoint.url, body, headers=headers, stream=True, timeout=10)


def test_it_is_no_fault_that_a_configuration_knows():
    assert "reel" not in Fault.members()


def test_streams_are_what_was_written(stage, reel):
    reel.load([(0.0, b"data: 1"), (0.01, b"\n\n")])
    with ask(stage, stream=True) as answer:
        assert list(answer.iter_content(None)) == [b"data: 1", b"\n\n"]
    assert reel.streamed == [True]
    assert json.loads(reel.asked[0].body)["stream"]


def test_plain_answers_are_what_they_were(stage, reel):
    reel.load([(0.0, b"data: 1")])
    assert ask(stage).json()["choices"][0]["text"] == "Hi"
    assert reel.streamed == [False]


def test_a_torn_stream_ends_with_the_connection(stage, reel):
    reel.load([(0.0, b"data: 1")], torn=True)
    with ask(stage, stream=True) as answer, pytest.raises(requests.exceptions.ChunkedEncodingError):
        answer.content  # noqa: B018


def test_it_hears_that_a_caller_goes_away(stage, reel):
    reel.load([(at / 20, b"data: 1\n\n") for at in range(200)])
    with ask(stage, stream=True) as answer:
        pieces = answer.iter_content(None)  # to let go of it would be to go away
        next(pieces)
        assert not reel.left.is_set()
    assert reel.left.wait(5)


def test_it_forgets_who_went_away(stage, reel):
    reel.left.set()
    reel.load([(0.0, b"")])
    assert not reel.left.is_set()
