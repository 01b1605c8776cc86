"""Each fault as clients that are nobody's here feel it on a socket: requests, curl, the openai SDK, http.client."""

import http.client
import json
import shutil
import socket
import subprocess
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from time import perf_counter, time
from typing import Any

import httpx
import openai
import pytest
import requests

from contract_tests.faults import BODIES, CASES, KINDS, SAID, Case, spoilt

pytestmark = pytest.mark.slow

TIMEOUT = 10


@dataclass
class Felt:
    """What a client got: the answer, or the error that it raised; the pieces in which it came, and after how long."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: str = ""
    pieces: list[str] = field(default_factory=list)
    seconds: float = 0.0
    finish: str | None = None

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_json(self) -> bool:
        try:
            json.loads(self.body)
        except ValueError:
            return False
        return True

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def by_requests(endpoint, schema, stream):
    headers = {"authorization": f"Bearer {endpoint.key}"}
    body = {**BODIES[schema], "stream": True} if stream else BODIES[schema]
    start = perf_counter()
    try:
        with requests.post(endpoint.url, json=body, headers=headers, timeout=TIMEOUT, stream=True) as response:
            pieces = list(response.iter_content(None))
    except requests.RequestException as error:
        return Felt(error=type(error).__name__)
    seconds = perf_counter() - start
    told = [piece.decode("latin-1") for piece in pieces]
    return Felt(response.status_code, dict(response.headers), b"".join(pieces), "", told, seconds)


def by_http_client(endpoint, schema, stream):
    """Its errors tell what was missing."""
    host = endpoint.base_url.removeprefix("http://")
    path = endpoint.url.removeprefix(endpoint.base_url)
    headers = {"Authorization": f"Bearer {endpoint.key}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(host, timeout=TIMEOUT)
    felt, start = Felt(), perf_counter()
    try:
        connection.request("POST", path, json.dumps({**BODIES[schema], "stream": stream}), headers)
        response = connection.getresponse()
        felt.status, felt.headers = response.status, {name.lower(): value for name, value in response.getheaders()}
        while piece := response.read1(7):
            felt.pieces.append(piece.decode("latin-1"))
        felt.seconds = perf_counter() - start
        missing = int(felt.headers.get("content-length", len(felt.text))) - len(felt.text)
        felt.error = "IncompleteRead" if missing > 0 else ""  # `read1` leaves that to its caller
    except (OSError, http.client.HTTPException) as error:
        felt.error = type(error).__name__
    finally:
        connection.close()
    felt.body = felt.text.encode("latin-1")
    return felt


def by_curl(endpoint, schema, stream):
    """Its exit code is the error: 18 is a part of the file, 52 no answer at all, 56 a reset."""
    body = json.dumps({**BODIES[schema], "stream": True} if stream else BODIES[schema])
    command = [str(shutil.which("curl")), "-q", "-sS", "-w", "\n%{http_code}", "--max-time", str(TIMEOUT)]
    headers = ["-H", f"Authorization: Bearer {endpoint.key}", "-H", "Content-Type: application/json"]
    done = subprocess.run([*command, *headers, endpoint.url, "-d", body], capture_output=True, check=False)
    answer, _, status = done.stdout.rpartition(b"\n")
    return Felt(int(status), {}, answer, str(done.returncode or ""))


def by_openai(endpoint, schema, stream):
    assert schema == "chat"
    felt = Felt()
    plain = httpx.Client(verify=False)  # to load certificates takes longer than to call
    with openai.OpenAI(
        api_key=endpoint.key, base_url=f"{endpoint.base_url}/v1", max_retries=0, http_client=plain
    ) as client:
        try:
            answer = client.chat.completions.create(**BODIES["chat"], stream=stream)
            for choice in (chunk.choices[0] for chunk in answer) if stream else ():
                felt.pieces.append(choice.delta.content or "")
                felt.finish = choice.finish_reason
            felt.status = 200
        except openai.APIStatusError as error:
            felt.status, felt.error, felt.body = error.status_code, type(error).__name__, error.response.content
        except (openai.OpenAIError, ValueError) as error:
            felt.error = type(error).__name__
    return felt


def errors(*names):
    return lambda felt: felt.error in names


def off_by(seconds):
    """Allow for a slow machine between the answer and now."""
    return lambda felt: abs(parsedate_to_datetime(felt.headers["date"]).timestamp() - time() - seconds) < 60


def cut_within_a_character(felt):
    whole = felt.body.decode()  # nothing was lost
    return SAID.split()[0] in whole and any(ord(piece[-1]) >= 0xC2 for piece in felt.pieces)


FELT = {
    "status": [
        (
            {"status": 401},
            by_requests,
            "gpt2",
            lambda felt: (felt.status, felt.body) == (401, b"key_auth_access_denied"),
        ),
        (
            {"status": 408},
            by_curl,
            "gpt2",
            lambda felt: (felt.status, felt.body) == (408, b"upstream request timeout"),
        ),
        ({"status": 503}, by_openai, "chat", errors("InternalServerError")),
        (
            {"status": 429, "retry_after": 3},
            by_requests,
            "chat",
            lambda felt: (felt.json["error"]["code"], felt.headers["retry-after"]) == ("429", "3"),
        ),
        ({"status": 429}, by_openai, "chat", errors("RateLimitError")),
    ],
    "expired_key": [
        ({}, by_openai, "chat", errors("AuthenticationError")),
        ({}, by_curl, "gpt2", lambda felt: felt.status == 401),
    ],
    "model_error": [
        ({}, by_openai, "chat", lambda felt: (felt.status, felt.error) == (500, "InternalServerError")),
        (
            {"status": 503},
            by_requests,
            "gpt2",
            lambda felt: (felt.status, felt.headers["ms-azureml-model-error-statuscode"]) == (424, "503"),
        ),
    ],
    "content_filter": [
        (
            {},
            by_openai,
            "chat",
            lambda felt: (felt.error, felt.json["error"]["code"]) == ("BadRequestError", "content_filter"),
        ),
        ({}, by_requests, "gpt2", lambda felt: felt.status == 424),
    ],
    "malformed_json": [
        ({}, by_requests, "gpt2", lambda felt: felt.status == 200 and not felt.is_json),
        ({}, by_openai, "chat", errors("JSONDecodeError", "APIResponseValidationError")),
        ({"how": "no_utf8"}, by_curl, "gpt2", lambda felt: b"\xff" in felt.body),
    ],
    "wrong_shape": [({"schema": "dolly"}, by_requests, "gpt2", lambda felt: felt.json == [SAID])],
    "empty_object": [({}, by_requests, "gpt2", lambda felt: (felt.status, felt.json) == (200, {}))],
    "encoded_twice": [({}, by_curl, "gpt2", lambda felt: json.loads(felt.json) == [{"0": SAID}])],
    "reset": [
        ({"at": "before"}, by_requests, "gpt2", errors("ConnectionError")),
        ({"at": "before"}, by_curl, "gpt2", errors("56")),
        ({"at": "during"}, by_http_client, "gpt2", errors("ConnectionResetError", "BadStatusLine")),
        (
            {"at": "after"},
            by_http_client,
            "gpt2",
            lambda felt: felt.error in ("ConnectionResetError", "IncompleteRead") and felt.body == b"",
        ),
        ({"at": "before"}, by_openai, "chat", errors("APIConnectionError")),
    ],
    "truncated": [
        ({"share": 0.5}, by_http_client, "gpt2", lambda felt: felt.error == "IncompleteRead" and len(felt.body) > 9),
        ({"share": 0.5}, by_curl, "gpt2", errors("18")),
        ({"share": 0.5}, by_requests, "gpt2", errors("ChunkedEncodingError")),
        ({"share": 0.5}, by_requests, "stream", errors("ChunkedEncodingError")),
        ({"share": 0.5}, by_openai, "stream", errors("APIConnectionError", "APIError", "RemoteProtocolError")),
    ],
    "wrong_length": [
        ({"by": 10}, by_requests, "gpt2", errors("ChunkedEncodingError")),
        ({"by": 10}, by_curl, "gpt2", errors("18")),
        ({"by": -10}, by_http_client, "gpt2", lambda felt: felt.status == 200 and not felt.is_json),
    ],
    "slow_body": [
        ({"ms": 150}, by_http_client, "gpt2", lambda felt: felt.seconds >= 0.15 and felt.is_json),
        ({"ms": 150}, by_requests, "stream", lambda felt: felt.seconds >= 0.15 and felt.status == 200),
    ],
    "trickle": [
        ({"size": 5, "gap_ms": 4}, by_http_client, "gpt2", lambda felt: felt.seconds >= 0.04 and felt.is_json)
    ],
    "html_page": [
        ({}, by_curl, "gpt2", lambda felt: felt.status == 502 and b"<h1>502 Bad Gateway</h1>" in felt.body),
        ({"status": 503}, by_openai, "chat", errors("InternalServerError")),
        ({"status": 200}, by_requests, "stream", lambda felt: felt.headers["content-type"] == "text/html"),
    ],
    "clock_skew": [({"seconds": -86400}, by_requests, "gpt2", off_by(-86400))],
    "error_event": [({}, by_openai, "stream", errors("APIError"))],
    "stream_cut": [
        (
            {"share": 0.5},
            by_openai,
            "stream",
            lambda felt: SAID.startswith(felt.text) and felt.text != SAID and felt.finish is None and not felt.error,
        ),
        ({}, by_curl, "stream", lambda felt: b"[DONE]" not in felt.body and not felt.error),
    ],
    "duplicated_chunks": [({"share": 1}, by_openai, "stream", lambda felt: felt.text.startswith("GrüßeGrüße"))],
    "reordered_chunks": [
        (
            {"share": 0.5},
            by_openai,
            "stream",
            lambda felt: felt.text != SAID and sorted(felt.text) == sorted(SAID),
        )
    ],
    "buffered": [
        ({}, by_requests, "stream", lambda felt: len(felt.pieces) == 1 and felt.body.endswith(b"[DONE]\n\n"))
    ],
    "split_character": [
        ({"gap_ms": 20}, by_requests, "stream", cut_within_a_character),
        ({"gap_ms": 2}, by_openai, "stream", lambda felt: felt.text == SAID),
    ],
}
"""By kind of fault: its settings, who calls, what of what shape, and what must be felt."""

ROWS = [
    pytest.param({"type": kind, **row[0]}, *row[1:], id=f"{kind}-{number}")
    for kind, rows in FELT.items()
    for number, row in enumerate(rows)
]


@pytest.mark.parametrize(("fault", "client", "asked", "expected"), ROWS)
def test_a_fault_is_felt(azureml_emulator, fault, client, asked, expected):
    if client is by_curl and shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    schema = "gpt2" if asked == "gpt2" else "chat"
    endpoint = spoilt(azureml_emulator, Case(fault), schema)
    felt = client(endpoint, schema, asked == "stream")
    assert expected(felt), felt
    assert endpoint.calls[-1].faults == (fault["type"],)


@pytest.mark.parametrize("client", [by_requests, by_http_client, by_openai])
def test_without_a_fault_nothing_is_felt(azureml_emulator, client):
    """Else what is expected above could be so anyway."""
    felt = client(azureml_emulator.endpoint("chat"), "chat", True)
    assert (felt.status, felt.error) == (200, "")
    assert felt.text == SAID or felt.body.endswith(b"[DONE]\n\n")


def test_every_fault_is_felt():
    assert set(FELT) == KINDS


def test_every_fault_is_among_the_cases():
    assert {case.kind for case in CASES} == KINDS
    assert len({str(case) for case in CASES}) == len(CASES)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_strikes_and_the_endpoint_survives_it(azureml_emulator, case):
    endpoint = spoilt(azureml_emulator, case, "chat")
    felt = by_requests(endpoint, "chat", case.streams)
    assert endpoint.calls[-1].faults == (case.kind,)
    assert felt.status or felt.error
    assert by_requests(azureml_emulator.endpoint("gpt2"), "gpt2", False).json == [{"0": SAID}]


def test_what_is_too_much_stands_before_the_next_answer(azureml_emulator):
    """On a connection that is kept open."""
    endpoint = azureml_emulator.endpoint("gpt2", faults=[{"type": "wrong_length", "by": -10, "keeps_open": True}])
    body = json.dumps(BODIES["gpt2"])
    request = (
        f"POST /score HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {endpoint.key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    )
    with socket.create_connection(("127.0.0.1", int(endpoint.base_url.rpartition(":")[2])), TIMEOUT) as line:
        answers = b""
        for number in (1, 2):
            line.sendall(request.encode())
            while answers.count(b"\r\n\r\n") < number or not answers.endswith(b"}]"):
                answers += line.recv(65536)
    _, first, second = answers.split(b"\r\n\r\n")
    rest, found, _ = first.partition(b"HTTP/1.1 200 OK\r\n")
    assert found
    assert rest == second
    assert f"content-length: {len(rest) - 10}\r\n".encode() in answers


def test_a_caller_asks_for_a_fault(azureml_emulator):
    endpoint = azureml_emulator.endpoint("gpt2", fault_header="x-fault")
    headers = {"authorization": f"Bearer {endpoint.key}"}

    def status(fault):
        sent = {**headers, "x-fault": fault} if fault else headers
        return requests.post(endpoint.url, json=BODIES["gpt2"], headers=sent, timeout=TIMEOUT).status_code

    assert status('{"type": "status", "status": 503}') == 503
    assert status("expired_key, clock_skew") == 401
    assert status("nonsense") == 400
    assert status("") == 200
    assert [call.faults for call in endpoint.calls] == [("status",), ("expired_key", "clock_skew"), (), ()]
