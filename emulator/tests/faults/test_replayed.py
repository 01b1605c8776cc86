"""Faults strike what is replayed, too, whatever its chunks are."""

import gzip
import json

import pytest

from azureml_emulator import framing
from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.faults import Fault
from azureml_emulator.recording.cassette import Cassette, Interaction, RecordedRequest, RecordedResponse
from azureml_emulator.variant import shared_of
from azureml_emulator.wire import Call

EVENTS = b'data: {"a": "Gr\xc3\xbc\xc3\x9fe"}\n\ndata: {"a": 2}\n\ndata: [DONE]\n\n'
STREAM = (("content-type", "text/event-stream"),)
JSON = (("Content-Type", "application/json"), ("Date", "Mon, 23 Nov 2026 10:00:00 GMT"), ("Content-Length", "8"))
PACKED = gzip.compress(b"{}", mtime=0)
ALWAYS = ["empty_object", "html_page", "model_error", "reset", "status"]
RESPONSES = {
    "whole": RecordedResponse(200, headers=JSON, chunks=[(0.1, b'{"a": 1}')], end_s=0.1),
    "gzip": RecordedResponse(200, headers=(*JSON, ("content-encoding", "gzip")), chunks=[(0, PACKED)]),
    "pieces": RecordedResponse(200, headers=JSON, chunks=[(0.1, b'{"a"'), (0.2, b": 1}")], end_s=0.2),
    "events": RecordedResponse(
        200,
        headers=STREAM,
        framing="chunked",
        chunks=[(0.1, EVENTS[:19]), (0.2, EVENTS[19:40]), (0.3, EVENTS[40:])],
        end_s=0.3,
    ),
    "one chunk": RecordedResponse(200, headers=STREAM, framing="chunked", chunks=[(0.1, EVENTS)], end_s=0.2),
    "cut": RecordedResponse(
        200, headers=STREAM, framing="chunked", chunks=[(0.1, EVENTS[:30])], end="cut", end_s=0.2
    ),
    "reset": RecordedResponse(200, headers=STREAM, framing="chunked", end="reset", end_s=0.2),
    "nothing": RecordedResponse(204),
    "closed": RecordedResponse(500, framing="close", chunks=[(0.1, b"\xff")], end_s=0.2),
}


@pytest.mark.parametrize("what", RESPONSES)
def test_any_fault_of_what_is_replayed_can_be_played(what):
    request = RecordedRequest("POST", "/score", body=b"{}")
    tape = Cassette((Interaction(request, RESPONSES[what]),), "tape.jsonl")
    headers = {"authorization": f"Bearer {DEVELOPMENT_KEY}", "content-type": "application/json"}
    engine = Engine([Endpoint("a", replay={"cassette": tape}, fault_header="x-fault")])
    for kind, member in Fault.members().items():
        fault = {name: one for name, one in member.example_setting().items() if name not in shared_of(Fault)}
        asked = {**headers, "x-fault": json.dumps(fault)}
        reply = engine.score(Call("POST", "/score", asked, b"{}", 1.7e9))
        assert set(reply.exchange.faults) <= {kind}
        assert kind in reply.exchange.faults or kind not in ALWAYS
        list(framing.frames(reply))
        lengths = [int(value) for name, value in reply.headers if name.lower() == "content-length"]
        assert len(lengths) + reply.chunked + (reply.end is not None) >= 1 or reply.status == 204
        assert len(lengths) + reply.chunked <= 1
        assert kind in ("wrong_length", "truncated", "reset") or lengths in ([], [len(reply.body)])
