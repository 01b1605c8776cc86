"""Our own client against every fault, on every road: the right answer, or one typed error that names the cause.

Never an empty text in an answer's place, half a text without an error, a text that is torn or told twice without a
word in `EXPECTED` about it, another library's exception, or a key in an error.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby, product
from typing import Any

import pytest

import azureml_endpoint as client
from contract_tests.client_roads import FORMATTERS, ROADS, Got, Road
from contract_tests.faults import CASES, KINDS, SAID, Case, spoilt


@dataclass(frozen=True)
class Gives:
    """A right answer, or what cannot be told from one. `struck` is false where the fault finds nothing to spoil."""

    is_right: Callable[[Got], bool] = lambda got: got.text == SAID
    struck: bool = True

    def check(self, got: Got, endpoint: Any, pauses: list[float], kind: str) -> None:
        assert got.error is None
        assert self.is_right(got), got.pieces
        assert ([call.faults for call in endpoint.calls], pauses) == ([(kind,) if self.struck else ()], [])


@dataclass(frozen=True)
class Fails:
    """An error of exactly this class, whose text says all of this, after so many tries.

    `half` is an error in mid-stream, which has what was handed out.
    """

    error: type[client.EndpointError]
    says: tuple[str, ...]
    tries: int = 1
    half: bool = False

    def check(self, got: Got, endpoint: Any, pauses: list[float], kind: str) -> None:
        error = got.error
        assert type(error) is self.error, error
        assert isinstance(error, client.EndpointError)
        text = str(error)
        assert not [said for said in self.says if said not in text], text
        assert endpoint.key not in f"{text}{error!r}{vars(error)}"
        assert error.request_id is None or error.request_id in text
        assert (error.partial, got.text != "") == (got.text, self.half)
        assert SAID.startswith(got.text)
        assert got.text != SAID
        assert [call.faults for call in endpoint.calls] == [(kind,)] * self.tries
        assert (error.attempts, len(pauses)) == (self.tries, self.tries - 1)
        assert f"{self.tries} tries" in text or self.tries == 1


RIGHT, UNTOUCHED = Gives(), Gives(struck=False)

STATUS = {
    401: Fails(client.AuthenticationError, ("401", "check endpoint_api_key")),
    403: Fails(client.AccessDeniedError, ("403", "key_auth_bad_header_forbidden")),
    404: Fails(client.NotFoundError, ("404", "Specified deployment could not be found")),
    408: Fails(client.ScoringTimeoutError, ("408", "upstream request timeout"), tries=2),
    418: Fails(client.StatusError, ("418",)),
    424: Fails(client.ModelError, ("424", "no status (model_not_ready)", "no healthy upstream"), tries=2),
    429: Fails(client.TooManyRequestsError, ("429", "Too many requests"), tries=2),
    500: Fails(client.InternalServerError, ("500", "The service failed")),
    502: Fails(client.BadGatewayError, ("502", "reset reason: protocol error"), tries=2),
    503: Fails(client.ServiceUnavailableError, ("503", "reset reason: connection termination"), tries=2),
    504: Fails(client.GatewayTimeoutError, ("504", "took longer than the request timeout"), tries=2),
}
SCRIPT = "An unexpected error occurred in scoring script."
SHAPES = {
    "gpt2": '[{"0": "text"}]',
    "llama-chat": '{"output": "text"}',
    "completions": '{"choices": [{"text": "text"}]}',
    "chat": '{"choices": [{"message": {"content": "text"}}]}',
}


def model_error(road, status, **_):
    if road.dedicated:
        return Fails(client.ModelError, ("424", f"The model itself: {status} (model_error).", SCRIPT))
    return Fails(STATUS[status].error if status != 400 else client.BadRequestError, (str(status), SCRIPT),
                 tries=2 if status == 429 else 1)  # fmt: skip


def content_filter(road, **_):
    if road.dedicated:
        return Fails(client.ModelError, ("The model itself: 400", "violates azure ai content safety setting"))
    return Fails(client.BadRequestError, ("400", "content_filter", "The response was filtered"))


def malformed_json(road, how, **_):
    place = ("position",) if how == "no_utf8" else ("JSON (", "(char ")
    if road.streams:
        why = ("bytes that are no UTF-8",) if how == "no_utf8" else place
        return Fails(client.StreamEventError, ("the stream failed after", "characters of text", *why), half=True)
    return Fails(client.ResponseFormatError, (FORMATTERS[road.schema], "expected JSON", *place))


def wrong_shape(road, schema, **_):
    return UNTOUCHED if road.schema == schema else misshapen(road, SHAPES[road.schema])


def misshapen(road, *said):
    return Fails(client.ResponseFormatError, (f"{FORMATTERS[road.schema]} expected", "The endpoint answered:", *said))


def reset(road, at, **_):
    if at == "before":
        return Fails(client.UnreachableError, ("no answer from http://127.0.0.1", "reset by peer"), tries=2)
    if at == "during":
        return Fails(client.UnreachableError, ("no whole answer", "its head came in part ('HTTP/1.1 200 OK", "reset"))
    return broken(road, 0)


def broken(road, share=0.5, **_):
    if road.streams:
        said = ("the stream broke off: no whole answer", "its body cannot be read to its end", "characters of text")
        return Fails(client.StreamCutError, said, half=share > 0)
    return Fails(client.UnreachableError, ("no whole answer from", "its body came in part (", " bytes)"))


def wrong_length(road, by, **_):
    if road.streams:
        return UNTOUCHED
    return broken(road) if by > 0 else misshapen(road, "expected JSON (")


def html_page(road, status, **_):
    page = f"a page in HTML with the title {'Sign in' if status == 200 else '502 Bad Gateway'!r}"
    return misshapen(road, page) if status == 200 else Fails(client.BadGatewayError, ("502", page), tries=2)


EXPECTED: dict[str, Callable[..., Gives | Fails]] = {
    "status": lambda road, status, **_: STATUS[status],
    "expired_key": lambda road: STATUS[401],
    "model_error": model_error,
    "content_filter": content_filter,
    "malformed_json": malformed_json,
    "wrong_shape": wrong_shape,
    "empty_object": lambda road: misshapen(road, "The endpoint answered: {}", SHAPES[road.schema]),
    "encoded_twice": lambda road: RIGHT,
    "reset": reset,
    "truncated": broken,
    "wrong_length": wrong_length,
    "slow_body": lambda road, **_: RIGHT,
    "trickle": lambda road, **_: RIGHT,
    "html_page": html_page,
    "clock_skew": lambda road, **_: RIGHT,
    "error_event": lambda road: Fails(
        client.StreamEventError, ("the stream failed after", "characters of text: Internal server error."), half=True
    ),
    "stream_cut": lambda road, **_: Fails(
        client.StreamCutError, ("ended without [DONE] and without a finish reason",), half=True
    ),
    # No event of such streams has a number of its own, and texts do repeat themselves, so that none of this can be
    # told from an answer that is meant so. All that came is handed out, once, as it came.
    "duplicated_chunks": lambda road: Gives(
        lambda got: (
            "".join(piece for piece, _ in groupby(got.pieces)) == SAID and len(set(got.pieces)) < len(got.pieces)
        )
    ),
    "reordered_chunks": lambda road: Gives(lambda got: sorted(got.text) == sorted(SAID) and got.text != SAID),
    "buffered": lambda road: RIGHT,
    "split_character": lambda road: RIGHT,
}
"""By kind of fault: what a road and the fault's settings must lead to."""


def expected(case: Case, road: Road) -> Gives | Fails:
    settings = {name: value for name, value in case.fault.items() if name != "type"}
    return EXPECTED[case.kind](road, **settings)


def roads(case: Case) -> list[Road]:
    return [road for road in ROADS if road.streams or not case.streams]


EVERY = [(case, road) for case in CASES for road in roads(case)]
SOME = [(case, roads(case)[number * 3 % len(roads(case))]) for number, case in enumerate(CASES)]
"""Each fault on one road, and each road with some fault."""


def check(azureml_emulator, case, road):
    endpoint = spoilt(azureml_emulator, case, road.schema)
    model, pauses = road.model(endpoint)
    expected(case, road).check(road.walk(model), endpoint, pauses, case.kind)


@pytest.mark.parametrize(("case", "road"), SOME, ids=str)
def test_a_fault_on_a_road(azureml_emulator, case, road):
    check(azureml_emulator, case, road)


@pytest.mark.slow
@pytest.mark.parametrize(("case", "road"), [each for each in EVERY if each not in SOME], ids=str)
def test_every_fault_on_every_road(azureml_emulator, case, road):
    check(azureml_emulator, case, road)


PAIRS = random.Random(0).sample([*product(CASES, CASES, ROADS)], 200)


@pytest.mark.slow
@pytest.mark.parametrize(("first", "second", "road"), PAIRS, ids=str)
def test_two_faults_at_once(azureml_emulator, first, second, road):
    endpoint = azureml_emulator.endpoint(road.schema, faults=[first.fault, second.fault])
    model, _ = road.model(endpoint, max_retries=2)
    got = road.walk(model)
    if got.error is None:
        assert got.text == SAID or {first.kind, second.kind} & {"duplicated_chunks", "reordered_chunks"}
    else:
        assert isinstance(got.error, client.EndpointError)
        assert endpoint.key not in f"{got.error}{got.error!r}{vars(got.error)}"
        assert (got.error.partial, got.error.attempts) == (got.text, len(endpoint.calls))


def test_every_fault_is_expected():
    assert set(EXPECTED) == KINDS
    assert {road for _, road in SOME} == set(ROADS)


@pytest.mark.parametrize("road", ROADS, ids=str)
def test_without_a_fault_the_answer_is_right(azureml_emulator, road):
    """Else what is expected above could be so anyway."""
    model, _ = road.model(endpoint := azureml_emulator.endpoint(road.schema))
    got = road.walk(model)
    assert (got.text, got.error) == (SAID, None)
    assert len(endpoint.calls) == 1


ECHOES = [
    {"type": "status", "status": 401, "text": "{key} has expired"},
    {"type": "model_error", "status": 500, "message": "no such key: {key}"},
    {"type": "error_event", "message": "no such key: {key}"},
]


@pytest.mark.parametrize("echo", ECHOES, ids=lambda echo: echo["type"])
@pytest.mark.parametrize("road", [Road("stream", "chat"), Road("astream", "completions")], ids=str)
def test_a_key_that_is_echoed_is_not_shown(azureml_emulator, echo, road):
    key = "a-canary-key-0123456789abcdef012"
    case = Case(
        {name: value.replace("{key}", key) if isinstance(value, str) else value for name, value in echo.items()}
    )
    model, _ = road.model(spoilt(azureml_emulator, case, road.schema, key=key))
    error = road.walk(model).error
    assert isinstance(error, client.EndpointError)
    assert "***" in str(error)
    assert key not in f"{error}{error!r}{vars(error)}"
