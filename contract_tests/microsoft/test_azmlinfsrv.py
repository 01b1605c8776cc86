"""The emulator's azmlinfsrv against Microsoft's own: the same requests to both, every byte and header compared.

The emulator's endpoints are local ones, without a front door, so that containers are compared with containers.
"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from azureml_emulator import Emulator, Endpoint
from azureml_emulator.inference_servers import AZMLINFSRV
from azureml_emulator.latency import Constant
from azureml_emulator.schema import Prompt, Reading, Schema, Scoring
from azureml_emulator.schemas import find
from contract_tests.microsoft.differences import DIFFERENCES, DOCUMENTS
from contract_tests.microsoft.referee import TIMEOUT_MS, Asked, ask, differences, serving
from contract_tests.microsoft.score import undecorated

JSON = (("Content-Type", "application/json"),)
GPT2 = b'{"inputs": {"input_string": ["a \\u00e9 \\u65e5", "b"]}, "parameters": {"top_k": 1}}'


def gpt2(prompt: str) -> bytes:
    return json.dumps({"inputs": {"input_string": [prompt]}, "parameters": {}}).encode()


def said(scoring: Scoring) -> Any:
    """What run() of `score/undecorated.py` returns."""
    text = scoring.reading.prompts[0].text
    if text == "no JSON":
        return {"x": object()}
    return undecorated.ANSWERS.get(text, text)


def answer(prompt: str, _: Any) -> str:
    if prompt == "raise":
        raise RuntimeError("asked to")
    return prompt


TEXT = Schema(
    name="text",
    about="A run() that takes text",
    request=str,
    response=Any,
    read=lambda text: Reading((Prompt(text),)),
    write=said,
    example={},
    evidence="",
    server=AZMLINFSRV,
    undecorated=True,
)

UNDECORATED = {
    "probe": Asked("GET", "/"),
    "probe by HEAD": Asked("HEAD", "/"),
    "options of the probe": Asked("OPTIONS", "/"),
    "post to the probe": Asked("POST", "/", JSON, b"{}"),
    "text": Asked(body=b"any text", headers=(("Content-Type", "text/plain"),)),
    "text that is JSON": Asked(body=b'{"a": 1}', headers=JSON),
    "no content type": Asked(body=b"{bad"),
    "form": Asked(body=b'{"a": 1}', headers=(("Content-Type", "application/x-www-form-urlencoded"),)),
    "no body": Asked(),
    "empty body": Asked(body=b"", headers=JSON),
    "not UTF-8": Asked(body=b"\xff{}", headers=JSON),
    "byte order mark": Asked(body=b"\xef\xbb\xbf{}", headers=JSON),
    "raises": Asked(body=b"raise"),
    "too slow": Asked(body=b"slow"),
    "answers nothing": Asked(body=b"nothing"),
    "answers NaN": Asked(body=b"nan"),
    "answers a list": Asked(body=b"list"),
    "answers other letters": Asked(body="é".encode()),
    "answers no JSON": Asked(body=b"no JSON"),
    "put": Asked("PUT", body=b"{}", headers=JSON),
    "delete": Asked("DELETE"),
    "patch": Asked("PATCH", body=b"{}", headers=JSON),
    "head": Asked("HEAD"),
    "options": Asked("OPTIONS"),
    "preflight": Asked(
        "OPTIONS", headers=(("Origin", "https://a.example"), ("Access-Control-Request-Method", "POST"))
    ),
    "unknown path": Asked("POST", "/nope", JSON, b"{}"),
    "slash too many": Asked("POST", "/score/", JSON, b"{}"),
    "query": Asked("GET", "/score?a=1&b=x&b=y&c=%5B1,2%5D&d=null&e=&f=a%20b+c&%C3%A9=%FF"),
    "no query": Asked("GET", "/score"),
    "query of a post": Asked("POST", "/score?a=1", JSON, b"text"),
    "swagger of a version that is none": Asked("GET", "/swagger.json?version=9"),
    "swagger by POST": Asked("POST", "/swagger.json", JSON, b"{}"),
    "options of swagger": Asked("OPTIONS", "/swagger.json"),
    "20 MB": Asked(body=b"x" * 20_000_000),
    "chunks": Asked(chunks=(b"one ", b"two ", b"three")),
    "expects 100": Asked(body=b"later", headers=(("Expect", "100-continue"),)),
    "HTTP/1.0": Asked(body=b"old", http="HTTP/1.0"),
    "request id": Asked(body=b"x", headers=(("x-request-id", "mine"),)),
    "empty request id": Asked(body=b"x", headers=(("x-request-id", ""),)),
    "client id": Asked(body=b"x", headers=(("x-ms-client-request-id", "the client's, with blanks"),)),
    "legacy id": Asked(body=b"x", headers=(("x-ms-request-id", "legacy"),)),
    "all ids": Asked(
        body=b"x",
        headers=(
            ("x-request-id", "mine"),
            ("x-ms-client-request-id", "client"),
            ("x-ms-request-id", "legacy"),
            ("TraceId", "trace"),
        ),
    ),
    "request id of 100": Asked(body=b"x", headers=(("x-request-id", "r" * 100),)),
    "request id of 101": Asked(body=b"x", headers=(("x-request-id", "r" * 101), ("TraceId", "trace"))),
    "client id of 101": Asked(body=b"x", headers=(("x-ms-client-request-id", "c" * 101),)),
    "legacy id of 101": Asked(body=b"x", headers=(("x-ms-request-id", "l" * 101),)),
    "probe with an id of 101": Asked("GET", "/", (("x-request-id", "r" * 101),)),
    "unknown path with an id": Asked("GET", "/nope", (("x-request-id", "mine"),)),
    "put with an id of 101": Asked("PUT", headers=(("x-request-id", "r" * 101),)),
}

DECORATED = {
    "decorated": Asked(body=GPT2, headers=JSON),
    "decorated, JSON of another kind": Asked(body=GPT2, headers=(("Content-Type", "Application/Problem+JSON; x=y"),)),
    "decorated, text/plain": Asked(body=GPT2, headers=(("Content-Type", "text/plain"),)),
    "decorated, text/json": Asked(body=GPT2, headers=(("Content-Type", "text/json"),)),
    "decorated, a form": Asked(body=GPT2, headers=(("Content-Type", "application/x-www-form-urlencoded"),)),
    "decorated, no content type": Asked(body=GPT2),
    "decorated, bad JSON": Asked(body=b'{"inputs": ', headers=JSON),
    "decorated, JSON and more": Asked(body=b"{} {}", headers=JSON),
    "decorated, empty": Asked(body=b"", headers=JSON),
    "decorated, blanks": Asked(body=b" \n", headers=JSON),
    "decorated, a list": Asked(body=b"[1]", headers=JSON),
    "decorated, a text": Asked(body=b'"text"', headers=JSON),
    "decorated, null": Asked(body=b"null", headers=JSON),
    "decorated, a value missing": Asked(body=b'{"parameters": {}}', headers=JSON),
    "decorated, a value not known": Asked(body=gpt2("a")[:-1] + b', "more": 1}', headers=JSON),
    "decorated, twice the same": Asked(body=b'{"inputs": 1, ' + gpt2("a")[1:], headers=JSON),
    "decorated, another shape inside": Asked(
        body=b'{"inputs": {"input_strings": ["a"]}, "parameters": {}}', headers=JSON
    ),
    "decorated, a wrong type inside": Asked(body=b'{"inputs": {"input_string": 5}, "parameters": {}}', headers=JSON),
    "decorated, not UTF-8": Asked(body=b'{"inputs": {"input_string": ["\xff"]}}', headers=JSON),
    "decorated, UTF-16": Asked(body=GPT2.decode().encode("utf-16"), headers=JSON),
    "decorated, byte order mark": Asked(body=b"\xef\xbb\xbf" + GPT2, headers=JSON),
    "decorated, half a surrogate pair": Asked(body=gpt2("\ud83d"), headers=JSON),
    "decorated, NaN": Asked(body=b'{"inputs": {"input_string": ["a"]}, "parameters": {"t": NaN}}', headers=JSON),
    "decorated, a number of 5000 digits": Asked(body=b"1" * 5000, headers=JSON),
    "decorated, 100 000 brackets": Asked(body=b"[" * 100_000, headers=JSON),
    "decorated, 500 levels": Asked(body=gpt2("a")[:-1] + b', "x": ' + b"[" * 500 + b"]" * 500 + b"}", headers=JSON),
    "decorated, raises": Asked(body=gpt2("raise"), headers=JSON),
    "decorated, too slow": Asked(body=gpt2("slow"), headers=JSON),
    "decorated, query": Asked("GET", "/score?inputs=%7B%22input_string%22:%5B%22a%22%5D%7D&parameters={}"),
    "decorated, no query": Asked("GET", "/score"),
    "decorated, head": Asked("HEAD"),
    "decorated, options": Asked("OPTIONS"),
}

CASES = {**UNDECORATED, **DECORATED}


@pytest.fixture(scope="module")
def servers() -> Iterator[Any]:
    """Gives for a case the ports of Microsoft's server and of the emulator's."""
    deployments = [{"name": "default", "scoring_timeout_ms": TIMEOUT_MS}]
    latencies = {"": None, "-slow": Constant(ms=TIMEOUT_MS + 1)}
    local = [
        Endpoint(
            schema.name + which,
            schema=schema,
            api_type="local",
            answer=answer,
            latency=latency,
            deployments=deployments,
        )
        for schema in (TEXT, find("gpt2"))
        for which, latency in latencies.items()
    ]

    def ports(case: str) -> tuple[int, int]:
        name = ("gpt2" if case in DECORATED else "text") + ("-slow" if case.endswith("too slow") else "")
        return (decorated if case in DECORATED else text), int(emulator[name].base_url.rpartition(":")[2])

    with serving("undecorated.py") as text, serving("decorated.py") as decorated, Emulator(local) as emulator:
        yield ports


@pytest.fixture(scope="module")
def found(servers) -> dict[str, dict[str, tuple[object, object]]]:
    """All differences there are, by case and aspect."""
    return {case: differences(*(ask(port, asked) for port in servers(case))) for case, asked in CASES.items()}


def explained(case: str, aspect: str) -> bool:
    return any(aspect in one.aspects and case in (one.cases or CASES) for one in DIFFERENCES)


@pytest.mark.parametrize("case", CASES)
def test_no_difference_is_unexplained(found, case):
    unexplained = {aspect: both for aspect, both in found[case].items() if not explained(case, aspect)}
    assert unexplained == {}, "aspect: (Microsoft's, the emulator's)"


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda one: one.emulator)
def test_every_difference_that_is_explained_is_there(found, difference):
    gone = [
        (case, aspect)
        for case in difference.cases or CASES
        for aspect in difference.aspects
        if aspect not in found[case]
    ]
    assert gone == [], "this differs no longer"


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Give every scalar of a JSON value with the place where it stands; the order of a list of texts is nothing."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        yield place, sorted(value)
    elif isinstance(value, dict | list) and value:
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(one, f"{place}/{str(name).replace('/', '~1')}")
    else:
        yield place, value


@pytest.fixture(scope="module")
def described(servers) -> dict[str, dict[str, tuple[Any, Any]]]:
    """What differs between the two servers' documents, by version and place."""
    found = {}
    for version in ("2", "3", "3.1"):
        asked = Asked("GET", f"/swagger.json?version={version}")
        microsoft, emulator = (dict(leaves(json.loads(ask(port, asked).body))) for port in servers("decorated"))
        places = microsoft.keys() | emulator.keys()
        both = {place: (microsoft.get(place), emulator.get(place)) for place in sorted(places)}
        found[version] = {place: (one, other) for place, (one, other) in both.items() if one != other}
    return found


@pytest.mark.parametrize("version", ["2", "3", "3.1"])
def test_no_difference_of_the_documents_is_unexplained(described, version):
    patterns = [pattern for one in DOCUMENTS for pattern in one.aspects]
    unexplained = {
        place: both
        for place, both in described[version].items()
        if not any(fnmatchcase(place, pattern) for pattern in patterns)
    }
    assert unexplained == {}, "place: (Microsoft's, the emulator's)"


@pytest.mark.parametrize("difference", DOCUMENTS, ids=lambda one: one.emulator)
def test_every_difference_of_the_documents_that_is_explained_is_there(described, difference):
    places = {place for found in described.values() for place in found}
    gone = [pattern for pattern in difference.aspects if not any(fnmatchcase(one, pattern) for one in places)]
    assert gone == [], "this differs no longer"
