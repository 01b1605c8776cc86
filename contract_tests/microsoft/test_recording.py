"""Microsoft's inference server, recorded and replayed: nothing but the date differs."""

import pytest

from azureml_emulator.emulator import Emulator
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.recording.cassette import Cassette
from azureml_emulator.recording.replay import Replay
from contract_tests.microsoft import referee
from contract_tests.recordings import ask, recording

KEY = "the-real-key/of+this-endpoint=="
JSON = ("Content-Type", "application/json")

BODY = '{"inputs": {"input_string": ["Grüße"]}, "parameters": {}}'.encode()
NAMED = (JSON, ("x-request-id", "named-by-the-caller"))

REQUESTS = [
    {"body": BODY},
    {"body": BODY},
    {"body": b'{"inputs": {"input_string": ["raise"]}, "parameters": {}}'},
    {"body": b"{"},
    {"body": b""},
    {"method": "GET", "target": "/", "body": b"", "headers": NAMED},
    {"method": "GET", "target": "/score?a=1&b=%22x%22", "body": b""},
    {"method": "HEAD", "target": "/score", "body": b""},
    {"method": "OPTIONS", "target": "/score", "body": b""},
    {"method": "DELETE", "target": "/nowhere", "body": b"x"},
    {"body": BODY, "headers": (*NAMED, ("api-key", "dummy-key"))},
]


@pytest.fixture(scope="module")
def microsoft():
    with referee.serving("decorated.py") as port:
        yield port


def test_microsofts_server_is_replayed_to_the_byte(microsoft, tmp_path):
    file = tmp_path / "c.jsonl"
    with recording(f"http://127.0.0.1:{microsoft}", file, KEY) as recorder:
        first = [ask(recorder.port, **one) for one in REQUESTS]
    direct = ask(microsoft, **REQUESTS[5])
    assert first[5].dateless() == direct.dateless()
    text = file.read_text(encoding="utf-8")
    assert KEY not in text
    assert "dummy-key" not in text
    replay = Replay(Cassette.load(str(file)))
    with Emulator([Endpoint("r", replay=replay)]) as emulator:
        port = int(emulator["r"].base_url.rpartition(":")[2])
        again = [ask(port, **one) for one in REQUESTS]
    assert [one.status.split()[1] for one in again] == [one.status.split()[1] for one in first]
    assert [one.dateless()._replace(status="") for one in again] == [
        one.dateless()._replace(status="") for one in first
    ]
    assert first[0].body == b'[{"0": "Gr\\u00fc\\u00dfe"}]'
