"""What the tests of recordings share: interactions as values."""

import json

import pytest

from azureml_emulator.recording.cassette import Cassette, Interaction, RecordedRequest, RecordedResponse

JSON = (("Content-Type", "application/json"),)


def make_recorded(
    body, answer=b"[]", *, path="/score", query="", method="POST", headers=(), said=JSON, seconds=0.2, **response
):
    """An interaction of a JSON body (or raw bytes) and an answer: bytes, or chunks with their times."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    chunks = ((seconds, answer),) if isinstance(answer, bytes) else tuple(answer)
    told = {"headers": said, "framing": "length", "head_s": min([seconds, *(at for at, _ in chunks)]), **response}
    end_s = told.pop("end_s", max([seconds, *(at for at, _ in chunks)]))
    return Interaction(
        RecordedRequest(method, path, query, (*JSON, *headers), sent),
        RecordedResponse(told.pop("status", 200), "", chunks=chunks, end_s=end_s, **told),
    )


@pytest.fixture
def recorded():
    return make_recorded


@pytest.fixture
def cassette():
    return lambda *interactions: Cassette(interactions, "some/c.jsonl")
