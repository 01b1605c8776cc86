"""curl, which is not Python, against the emulator: what is really on the wire.

Every built-in endpoint answers its own example; large bodies, missing content types, HTTP/1.0 and the bytes of a
stream are as on Azure; an endpoint is reached by Host name and by path; and the curl lines that
`azureml-emulator serve` prints work when they are pasted into a shell.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import TypeAdapter

from azureml_emulator import Emulator, Endpoint, Fixed, Tokens
from azureml_emulator.schemas import all_schemas
from contract_tests.kinds import first_of_each_kind

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="curl is not installed")


@dataclass(frozen=True)
class Answer:
    """What curl got: status, headers by lower-case name and as they were spelt, body, and its talk on the way."""

    status: int
    headers: dict[str, str]
    spelt: list[str]
    body: bytes
    talk: str


def curl(*arguments: str, body: Any = None) -> Answer:
    """Run curl with its own defaults; a body goes in through standard input."""
    command = [CURL, "-q", "-sSv", "-i", "-N", "--max-time", "20", *arguments]
    data = None
    if body is not None:
        command += ["--data-binary", "@-"]
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
    done = subprocess.run(command, input=data, capture_output=True, check=True, timeout=30)
    rest = done.stdout
    while True:
        head, _, rest = rest.partition(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")
        status = line.split()[1]
        if not status.startswith("1"):
            break
    named = [one.split(": ", 1) for one in fields]
    headers = {name.lower(): value for name, value in named}
    return Answer(int(status), headers, [name for name, _ in named], rest, done.stderr.decode())


def json_for(endpoint: Any) -> list[str]:
    return ["-H", f"Authorization: Bearer {endpoint.key}", "-H", "Content-Type: application/json"]


def judge(schema: Any, status: int, body: bytes) -> None:
    """Hold the answer to a shape's example to its response type; the answer of a shape that streams is its events."""
    assert status == 200, body
    if not schema.parse(schema.example).stream:
        TypeAdapter(schema.response).validate_json(body, strict=True)
        return
    assert schema.framing is not None
    events = json.dumps(list(schema.framing.events(body)))
    assert events != "[]"
    TypeAdapter(schema.response).validate_json(events, strict=True)


@pytest.mark.parametrize("schema", first_of_each_kind())
def test_each_endpoint_answers_its_example(azureml_emulator, schema):
    endpoint = azureml_emulator.endpoint(schema)
    answer = curl(endpoint.url, *json_for(endpoint), body=schema.example)
    judge(schema, answer.status, answer.body)
    streamed = schema.parse(schema.example).stream
    kind = "text/event-stream; charset=utf-8" if streamed else "application/json"
    assert answer.headers["content-type"] == kind
    assert answer.headers["server"] == "azureml-frontdoor"
    assert answer.headers["azureml-model-deployment"] == "default"
    assert answer.headers.get("content-length") == (None if streamed else str(len(answer.body)))
    assert answer.headers["x-request-id"] == endpoint.calls[-1].request_id
    assert [name for name in answer.spelt if name != name.lower()] == []


def test_large_body_is_waited_for(azureml_emulator):
    endpoint = azureml_emulator.endpoint("gpt2")
    text = "all work and no play\n" * 200_000
    answer = curl(endpoint.url, *json_for(endpoint), "-H", "Expect: 100-continue", body=asking(text))
    assert "< HTTP/1.1 100 Continue" in answer.talk
    assert json.loads(answer.body) == [{"0": text}]


def asking(text: str) -> Any:
    return {"inputs": {"input_string": [text]}}


def test_too_large_body_is_refused_without_being_sent():
    with Emulator([Endpoint("gpt2", schema="gpt2"), Endpoint("chat", schema="chat")], max_body=1000) as emulator:
        for name, status in (("gpt2", 424), ("chat", 413)):
            endpoint = emulator[name]
            answer = curl(endpoint.url, *json_for(endpoint), "-H", "Expect: 100-continue", body=asking("x" * 5000))
            assert answer.status == status
            assert "100 Continue" not in answer.talk
        assert emulator["gpt2"].calls[-1].notes


@pytest.mark.parametrize("schema", ["gpt2", "chat"])
def test_chunked_body(azureml_emulator, schema):
    endpoint = azureml_emulator.endpoint(schema)
    example = all_schemas()[schema].example
    answer = curl(endpoint.url, *json_for(endpoint), "-H", "Transfer-Encoding: chunked", body=example)
    assert answer.status == 200
    assert endpoint.calls[-1].status == 200


def test_form_content_type_is_refused_by_a_dedicated_model(azureml_emulator):
    """`curl -d` without a header declares a form. azmlinfsrv answers 415, and the front door makes a 424 of it."""
    endpoint = azureml_emulator.endpoint("gpt2")
    answer = curl(endpoint.url, "-H", f"Authorization: Bearer {endpoint.key}", body=asking("x"))
    assert answer.status == 424
    assert json.loads(answer.body) == {"message": "Expects Content-Type to be application/json"}
    assert answer.headers["ms-azureml-model-error-reason"] == "model_error"
    assert answer.headers["ms-azureml-model-error-statuscode"] == "415"
    assert "Content-Type" in endpoint.calls[-1].notes[0]


def test_form_content_type_is_refused_by_a_serverless_model(azureml_emulator):
    endpoint = azureml_emulator.endpoint("completions")
    answer = curl(endpoint.url, "-H", f"Authorization: Bearer {endpoint.key}", body={"prompt": "x"})
    assert answer.status == 422
    assert json.loads(answer.body)["error"]["details"][0]["loc"] == ["body"]
    assert "ms-azureml-model-error-statuscode" not in answer.headers


def test_errors_of_the_front_door_are_plain_text(azureml_emulator):
    endpoint = azureml_emulator.endpoint("gpt2")
    body, kind = asking("x"), "Content-Type: application/json"
    refused = curl(endpoint.url, "-H", "Authorization: Bearer wrong", "-H", kind, body=body)
    assert (refused.status, refused.body) == (401, b"key_auth_access_denied")
    missing = curl(endpoint.url, *json_for(endpoint), "-H", "azureml-model-deployment: red", body=body)
    assert (missing.status, missing.body) == (404, b"Specified deployment could not be found")
    for answer in (refused, missing):
        assert answer.headers["content-type"].startswith("text/plain")


def test_broken_json(azureml_emulator):
    endpoint = azureml_emulator.endpoint("gpt2")
    answer = curl(endpoint.url, *json_for(endpoint), body=b'{"inputs": ')
    assert answer.status == 424
    assert "could not be decoded as JSON" in json.loads(answer.body)["message"]


@pytest.mark.parametrize(
    "headers",
    [["Authorization: Bearer {}"], ["Authorization: bearer {}"], ["Authorization: {}"], ["api-key: {}"]],
    ids=["bearer", "lower case", "bare", "api-key"],
)
def test_keys_of_serverless_endpoints(azureml_emulator, headers):
    endpoint = azureml_emulator.endpoint("completions", key="a-key")
    for key, status in (("a-key", 200), ("another", 401)):
        given = [word for header in headers for word in ("-H", header.format(key))]
        answer = curl(endpoint.url, "-H", "Content-Type: application/json", *given, body={"prompt": "x"})
        assert answer.status == status


def test_http_1_0(azureml_emulator):
    endpoint = azureml_emulator.endpoint("gpt2")
    answer = curl("--http1.0", endpoint.url, *json_for(endpoint), body=asking("old"))
    assert json.loads(answer.body) == [{"0": "old"}]


def chat(stream: Any = True) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "Hello"}], "stream": stream}


def chunk(head: dict[str, Any], delta: dict[str, str], **more: Any) -> dict[str, Any]:
    """One event's JSON, its keys in the order in which Microsoft's server writes them."""
    usage = {"usage": more["usage"]} if "usage" in more else {}
    choice = {"index": 0, "delta": delta, "finish_reason": more.get("finish_reason"), "logprobs": None}
    return {**head, "choices": [choice], **usage}


@pytest.mark.parametrize("version", ["--http1.1", "--http1.0"])
@pytest.mark.parametrize("stream", [True, "True"], ids=["true", "text"])
def test_stream_byte_for_byte(azureml_emulator, stream, version):
    endpoint = azureml_emulator.endpoint("chat", model="Phi")
    answer = curl(version, endpoint.url, *json_for(endpoint), body=chat(stream))
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers.get("transfer-encoding") == ("chunked" if version == "--http1.1" else None)
    assert "content-length" not in answer.headers
    first = json.loads(answer.body.split(b"\n")[0].removeprefix(b"data: "))
    head = {"id": first["id"], "object": "chat.completion.chunk", "created": first["created"], "model": "Phi"}
    events = [
        chunk(head, {"role": "assistant", "content": ""}),
        chunk(head, {"content": "Hello"}),
        chunk(
            head,
            {"content": ""},
            finish_reason="stop",
            usage={"prompt_tokens": 1, "total_tokens": 2, "completion_tokens": 1},
        ),
    ]
    written = [b"data: " + json.dumps(one, separators=(",", ":")).encode() + b"\n\n" for one in events]
    assert answer.body == b"".join(written) + b"data: [DONE]\n\n"


def test_header_names_of_a_stream_are_lower_case(azureml_emulator):
    """Azure's front door is Envoy, which writes all names in lower case (captured)."""
    endpoint = azureml_emulator.endpoint("chat")
    answer = curl(endpoint.url, *json_for(endpoint), body=chat())
    assert [name for name in answer.spelt if name != name.lower()] == []


@pytest.mark.parametrize("schema", ["chat", "completions"])
def test_stream_has_data_lines_only(azureml_emulator, schema):
    """A strict parser (Microsoft's own SDK) takes nothing else: no comment, no event line, no carriage return."""
    endpoint = azureml_emulator.endpoint(schema, answer=Fixed("first\r\nsecond\n\n: third event: fourth 汉字"))
    answer = curl(endpoint.url, *json_for(endpoint), body={**all_schemas()[schema].example, "stream": True})
    assert re.fullmatch(rb'(?:data: \{"id":[^\r\n]*\}\n\n){3,}data: \[DONE\]\n\n', answer.body)


def test_stream_arrives_as_it_is_made(azureml_emulator):
    endpoint = azureml_emulator.endpoint(
        "chat", latency=Tokens(first_ms=50, gap_ms=150), answer=Fixed("one two six ten")
    )
    timed = ["-w", "%{stderr}%{time_starttransfer} %{time_total}", "-o", os.devnull, "-q", "-sS", "--max-time", "20"]
    command = [CURL, *timed, endpoint.url, *json_for(endpoint), "-d", json.dumps(chat())]
    done = subprocess.run(command, capture_output=True, check=True, timeout=30)
    began, ended = map(float, done.stderr.split())
    assert began >= 0.05
    assert ended >= 0.5
    assert ended - began >= 0.15, "all at once"


@pytest.mark.parametrize("host", ["gpt2.localhost", "gpt2.eastus2.inference.ml.azure.com", "GPT2.LOCALHOST"])
def test_host_name_on_the_main_port(azureml_emulator, host):
    """Three endpoints serve /score at the root, so only the name can tell them apart."""
    for schema in ("llama", "gpt2", "dolly"):
        azureml_emulator.endpoint(schema)
    endpoint, port = azureml_emulator["gpt2"], azureml_emulator.url.rpartition(":")[2]
    url = f"http://{host}:{port}/score"
    answer = curl("--resolve", f"{host}:{port}:127.0.0.1", url, *json_for(endpoint), body=asking("x"))
    assert json.loads(answer.body) == [{"0": "x"}]
    assert endpoint.calls[-1].status == 200


def test_path_prefix_on_the_main_port(azureml_emulator):
    for schema in ("llama", "gpt2", "dolly"):
        azureml_emulator.endpoint(schema)
    endpoint = azureml_emulator["gpt2"]
    answer = curl(f"{azureml_emulator.url}/gpt2/score", *json_for(endpoint), body=asking("x"))
    assert json.loads(answer.body) == [{"0": "x"}]
    nobody = curl(f"{azureml_emulator.url}/gpt3/score", *json_for(endpoint), body=asking("x"))
    assert (nobody.status, nobody.body) == (404, b"Specified traffic group could not be found")
    ambiguous = curl(f"{azureml_emulator.url}/score", *json_for(endpoint), body=asking("x"))
    assert ambiguous.status == 404


def test_methods_and_paths(azureml_emulator):
    endpoint = azureml_emulator.endpoint("gpt2")
    assert curl(f"{endpoint.base_url}/", *json_for(endpoint)).body == b"Healthy"
    for path, method, status in (("/score", "PUT", "405"), ("/nowhere", "POST", "404"), ("/score/", "POST", "404")):
        answer = curl("-X", method, endpoint.base_url + path, *json_for(endpoint), body=asking("x"))
        assert (answer.status, answer.headers["ms-azureml-model-error-statuscode"]) == (424, status)


@pytest.fixture(scope="module")
def served() -> Iterator[list[str]]:
    """The lines that a real `azureml-emulator serve` prints until it is ready."""
    command = [sys.executable, "-m", "azureml_emulator", "serve", "--port", "0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True, "encoding": "utf-8"}
    with subprocess.Popen(command, **pipes) as process:
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("READY "):
                break
        yield lines
        process.terminate()
        process.wait(timeout=15)


@pytest.mark.skipif(os.name == "nt", reason="the printed lines are for a POSIX shell")
def test_printed_lines_work_in_a_shell(served):
    assert served[-1].startswith("READY "), served
    lines = [line for line in served if line.startswith("curl ")]
    kinds = {schema.api_type.name for schema in all_schemas().values()}
    assert len(lines) == len(kinds)
    for line in lines:
        done = subprocess.run(line, shell=True, capture_output=True, check=True, timeout=30)
        schema = next(one for one in all_schemas().values() if json.dumps(one.example, ensure_ascii=False) in line)
        TypeAdapter(schema.response).validate_json(done.stdout, strict=True)


@pytest.mark.slow
def test_printed_addresses_answer(served):
    """Every row of the table: its URL, with its key, answers the example of its shape."""
    rows = [line.split() for line in served if len(line.split()) == 3 and line.split()[2].startswith("http://")]
    (key,) = (line.partition("Their key: ")[2] for line in served if "Their key: " in line)
    assert {row[0] for row in rows} == set(all_schemas())
    for name, api_type, url in rows:
        shape = all_schemas()[name]
        assert api_type == shape.api_type.name
        kind = ["-H", f"Authorization: Bearer {key}", "-H", "Content-Type: application/json"]
        answer = curl(url, *kind, body=shape.example)
        judge(shape, answer.status, answer.body)
