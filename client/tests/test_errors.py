"""The tree of errors: every status has its class, every class tells what to try, nothing holds a key."""

import copy
import inspect
import pickle

import pytest

from azureml_endpoint import errors
from azureml_endpoint.errors import (
    EndpointError,
    EndpointTimeoutError,
    ModelError,
    ResponseFormatError,
    ServerError,
    StatusError,
    UnreachableError,
)
from azureml_endpoint.excerpts import KEPT_BODY, SHOWN_BODY, excerpt

CLASSES = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, EndpointError)]


def test_the_tree_is_drawn_in_the_docstring() -> None:
    assert errors.__doc__
    drawn = [line.strip("│├└─ ").split(" ")[0] for line in errors.__doc__.splitlines()]
    assert {each.__name__ for each in CLASSES} <= {*drawn}
    for each in CLASSES:
        depth = len(each.__mro__) - len(EndpointError.__mro__)
        line = next(
            line for line in errors.__doc__.splitlines() if line.strip("│├└─ ").split(" ")[0] == each.__name__
        )
        if not issubclass(each, ConnectionError | TimeoutError | ValueError):
            assert line.index(each.__name__) == 4 * depth


def test_who_was_caught_as_what_with_langchain_still_is() -> None:
    assert issubclass(ResponseFormatError, ValueError)
    assert issubclass(UnreachableError, OSError)
    assert issubclass(EndpointTimeoutError, TimeoutError)


@pytest.mark.parametrize(
    ("status", "name"),
    [(400, "BadRequestError"), (401, "AuthenticationError"), (403, "AccessDeniedError"), (404, "NotFoundError"),
     (408, "ScoringTimeoutError"), (413, "BodyTooLargeError"), (422, "UnprocessableError"), (424, "ModelError"),
     (429, "TooManyRequestsError"), (500, "InternalServerError"), (502, "BadGatewayError"),
     (503, "ServiceUnavailableError"), (504, "GatewayTimeoutError"), (418, "StatusError"), (599, "ServerError"),
     (304, "StatusError")],
)  # fmt: skip
def test_every_status_has_its_class(status: int, name: str) -> None:
    error = StatusError.of(status, {}, b"boom")
    assert type(error).__name__ == name
    assert error.status == status
    assert str(status) in str(error)
    assert type(error).meaning in str(error)
    assert "boom" in str(error)
    assert isinstance(error, ServerError) is (status >= 500)


def test_what_azure_says_is_on_the_error() -> None:
    headers = {
        "x-request-id": "r1",
        "ms-azureml-model-error-statuscode": "400",
        "ms-azureml-model-error-reason": "model_error",
    }
    error = StatusError.of(424, headers, b'{"detail": "no"}')
    assert (error.request_id, error.model_status, error.model_reason) == ("r1", 400, "model_error")
    assert error.body == '{"detail": "no"}'
    assert str(error).endswith('It said: {"detail": "no"} (request id: r1)')
    for part in ("r1", "400", "model_error", "no"):
        assert part in str(error)
    bare = StatusError.of(424, {"ms-azureml-model-error-statuscode": "²"}, b"")
    assert (bare.request_id, bare.model_status, bare.model_reason) == (None, None, None)


def test_a_body_is_bounded() -> None:
    error = StatusError.of(500, {}, b"x" * 1_000_000)
    assert len(error.body) <= KEPT_BODY + 1
    assert len(str(error)) < SHOWN_BODY + 300
    assert excerpt("é" * 10, 3) == "ééé…"
    assert excerpt(b"\xff\xfe") == "\ufffd\ufffd"


def test_a_pause_that_is_asked_for_is_told() -> None:
    error = StatusError.of(429, {"retry-after": "3600", "retry-after-ms": "7"}, b"")
    assert "It asks to wait (retry-after: 3600). It asks to wait (retry-after-ms: 7)." in str(error)


def test_a_page_is_told_from_an_answer() -> None:
    page = b"<!DOCTYPE html><html><head><title>Sign in</title>"
    for error in (StatusError.of(502, {}, page), ResponseFormatError.of("R", "JSON", page)):
        assert "a page in HTML with the title 'Sign in'" in str(error)
        assert "right content formatter" not in str(error)


def test_a_key_is_taken_out() -> None:
    error = StatusError.of(401, {}, b"bad key a-secret-key").without("a-secret-key")
    assert "a-secret-key" not in f"{error}{error!r}{error.body}"
    assert "bad key ***" in str(error)
    assert str(EndpointError("a k").without("k")) == "a k"


@pytest.mark.parametrize("each", CLASSES)
def test_errors_survive_pickle_and_copy(each: type[EndpointError]) -> None:
    error = each("text", status=500, body=b"body", headers={"x-request-id": "r"})
    error.partial, error.attempts = "so far", 3
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is each
        assert (str(again), again.status, again.body, again.request_id, again.partial) == (
            "text (request id: r; 3 tries)",
            500,
            "body",
            "r",
            "so far",
        )


def test_whether_a_model_was_ready() -> None:
    reason = "ms-azureml-model-error-reason"
    assert ModelError("", headers={reason: "too_few_model_instance"}).not_ready
    assert ModelError("", body="no healthy upstream").not_ready
    assert not ModelError("", headers={reason: "model_error"}).not_ready
    assert not ModelError(
        "", body="no healthy upstream", headers={"ms-azureml-model-error-statuscode": "500"}
    ).not_ready


@pytest.mark.parametrize("shift", range(4, 20))
@pytest.mark.parametrize("limit", [SHOWN_BODY, KEPT_BODY])
def test_a_key_at_the_cut_is_taken_out_too(limit: int, shift: int) -> None:
    body = b"x" * (limit - shift) + b"a-secret-key-0123456789" + b"tail"
    for error in (StatusError.of(400, {}, body), ResponseFormatError.of("R", "JSON", body)):
        error.without("a-secret-key-0123456789")
        assert "a-se" not in f"{error}{error.body}"
        assert "x***" in f"{error}{error.body}"


def test_a_key_is_taken_out_of_all_that_an_error_carries() -> None:
    headers = {"x-echo": "a-secret-key", "x-request-id": "is a-secret-key"}
    error = errors.RedirectError("to a-secret-key", headers=headers)
    error.location = "http://h/?k=a-secret-key"
    error.without("a-secret-key")
    assert "a-secret-key" not in f"{error}{vars(error)}"
    assert (error.request_id, error.location) == ("is ***", "http://h/?k=***")


def test_a_model_status_of_any_length_is_read() -> None:
    assert StatusError.of(424, {"ms-azureml-model-error-statuscode": "9" * 5000}, b"").model_status is None
