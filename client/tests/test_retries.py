"""Which failures are worth another try, and after what pause."""

from email.utils import formatdate
from typing import Any

import pytest

from azureml_endpoint.errors import (
    CertificateError,
    EndpointError,
    EndpointTimeoutError,
    RedirectError,
    ResponseFormatError,
    StatusError,
    StreamCutError,
    UnreachableError,
)
from azureml_endpoint.retries import RetryPolicy, asked_pause

NOW = 1_000_000.0
NOT_READY = {"ms-azureml-model-error-reason": "model_not_ready", "ms-azureml-model-error-statuscode": ""}


def status(code: int, body: bytes = b"", **headers: str) -> StatusError:
    return StatusError.of(code, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def timeout(phase: str) -> EndpointTimeoutError:
    error = EndpointTimeoutError(phase)
    error.phase = phase
    return error


def policy(**settings: Any) -> RetryPolicy:
    return RetryPolicy(**{"random": lambda: 1.0, "wall_clock": lambda: NOW, **settings})


@pytest.mark.parametrize("error", [
    *[status(code) for code in (408, 429, 502, 503, 504)],
    StatusError.of(424, NOT_READY, b""),
    status(424, b"no healthy upstream"),
    status(424, b"upstream connect error or disconnect/reset before headers. reset reason: connection failure"),
    UnreachableError("refused"),
    UnreachableError("a failure whose body broke off", status=503, body=b"HTTP/1.1 503"),
    timeout("connect"),
])  # fmt: skip
def test_tried_again(error: EndpointError) -> None:
    assert policy().helps(error)
    assert policy().pause(error, 1) is not None
    assert policy().pause(error, 2) is None
    assert policy(max_retries=0).pause(error, 1) is None


@pytest.mark.parametrize("error", [
    *[status(code) for code in (400, 401, 403, 404, 409, 413, 422, 424, 500, 501)],
    StatusError.of(424, {"ms-azureml-model-error-statuscode": "503", "ms-azureml-model-error-reason": "model_error"},
                   b"no healthy upstream"),
    timeout("read"), timeout("total"), CertificateError("x"), RedirectError("x"), ResponseFormatError("x"),
    StreamCutError("x"), EndpointError("x"),
    UnreachableError("an answer that broke off", status=200, body=b"HTTP/1.1 200 OK"),
    UnreachableError("a head that broke off", body=b"HTTP/1."),
])  # fmt: skip
def test_not_tried_again(error: EndpointError) -> None:
    assert policy(max_retries=5).pause(error, 1) is None


def test_pauses_grow_with_jitter_up_to_a_bound() -> None:
    error = status(503)
    assert [policy(max_retries=9).pause(error, tries) for tries in (1, 2, 3, 9)] == [0.5, 1.0, 2.0, 8.0]
    assert policy(random=lambda: 0.0).pause(error, 1) == 0.25
    assert policy(max_retries=10**6).pause(error, 10**6) == 8.0


def test_the_endpoint_may_ask_for_a_pause() -> None:
    assert policy().pause(status(429, retry_after="7"), 1) == 7
    assert policy().pause(status(503, retry_after_ms="250", retry_after="7"), 1) == 0.25
    assert policy().pause(status(429, retry_after="0"), 1) == 0


def test_a_pause_that_is_too_long_ends_the_call() -> None:
    assert policy().pause(status(429, retry_after="3600"), 1) is None
    assert policy(longest_wait=4000).pause(status(429, retry_after="3600"), 1) == 3600


@pytest.mark.parametrize(("skew", "expected"), [(-86400, 10.0), (0, 10.0), (86400, 10.0)])
def test_a_date_counts_from_that_of_the_answer(skew: float, expected: float) -> None:
    """Its clock may be wrong, and the pause must not be."""
    headers = {"date": formatdate(NOW + skew, usegmt=True), "retry-after": formatdate(NOW + skew + 10, usegmt=True)}
    assert asked_pause(headers, NOW) == expected
    assert asked_pause({**headers, "date": "nonsense"}, NOW + skew) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 12 Jan 1970 13:46:50 GMT", 10.0),
        ("Mon, 12 Jan 1970 13:46:30 GMT", 0.0),
        ("1.5", 1.5),
        ("soon", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("", None),
        ("Mon, 99 Jan 1970", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, expected: float | None) -> None:
    assert asked_pause({"retry-after": text}, NOW) == expected


def test_the_pauses_that_are_documented() -> None:
    default, told = RetryPolicy(), " ".join((RetryPolicy.__doc__ or "").split())
    assert f"longer than {default.longest_wait:g} s" in told
    shortest = default.first_pause / 2
    assert (
        f"{shortest:g} s to {default.first_pause:g} s, and twice that each time, up to {default.longest_pause:g} s"
        in told
    )


def test_policies_are_values() -> None:
    assert RetryPolicy(2) == RetryPolicy(2)
    assert RetryPolicy(2) != RetryPolicy(3)
