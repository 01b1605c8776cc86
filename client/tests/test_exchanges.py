"""The course of a call, without a socket or a clock."""

import pytest

from azureml_endpoint import EndpointTimeoutError, ModelError, RedirectError, Timeout
from azureml_endpoint.errors import StatusError
from azureml_endpoint.exchanges import Attempt, Course, Limits, Reply, Request
from azureml_endpoint.retries import RetryPolicy

KEY = "a-canary-key-0123"
REQUEST = Request("https://h/score", b"{}", KEY)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def course(timeout: Timeout | None = None, clock: Clock | None = None, **policy: object) -> Course:
    retries = RetryPolicy(**{"max_retries": 1, "random": lambda: 1.0, **policy})  # type: ignore[arg-type]
    return Course(REQUEST, timeout or Timeout(), retries, clock or Clock())


def moved(status: int, location: str) -> Reply:
    return Reply(status, {"location": location})


def test_headers_of_a_request() -> None:
    assert REQUEST.headers == {
        "User-Agent": "azureml-endpoint",
        "Accept-Encoding": "gzip, deflate",
        "Authorization": f"Bearer {KEY}",
        "Content-Length": "2",
        "Content-Type": "application/json",
    }
    request = Request("https://h/score", b"", KEY, "blue", {"Content-Type": "text/plain"})
    assert request.headers["azureml-model-deployment"] == "blue"
    assert request.headers["Content-Type"] == "text/plain"
    assert KEY not in repr(request)


def test_a_success_settles_it() -> None:
    assert course().settles(Reply(200, {}))
    assert course().settles(Reply(204, {}))


def test_a_failure_raises_its_error_without_the_key() -> None:
    with pytest.raises(ModelError) as caught:
        course().settles(Reply(424, {}, f"bad {KEY}".encode()))
    assert KEY not in f"{caught.value}{caught.value.body}"


@pytest.mark.parametrize("location", ["/other", "https://h/other", "https://h:443/other", "HTTPS://H/other"])
@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_within_the_origin_is_followed(status: int, location: str) -> None:
    way = course()
    assert not way.settles(moved(status, location))
    assert way.request.url.endswith("/other")
    assert way.request.body == REQUEST.body


@pytest.mark.parametrize("location", ["https://evil/score", "http://h/score", "https://h:444/score", "//evil/score"])
def test_a_redirect_to_another_origin_is_an_error(location: str) -> None:
    with pytest.raises(RedirectError, match="the key is not sent there") as caught:
        course().settles(moved(307, location))
    assert caught.value.location
    assert caught.value.status == 307


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_drops_the_body_is_an_error(status: int) -> None:
    with pytest.raises(RedirectError, match="GET"):
        course().settles(moved(status, "/other"))


@pytest.mark.parametrize("location", ["http://[bad/score", "//[", "http://h:abc/score", "http://h:99999/score"])
@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_to_what_is_no_url_is_an_error(status: int, location: str) -> None:
    with pytest.raises(RedirectError, match="no URL") as caught:
        course().settles(moved(status, location))
    assert caught.value.location == location


def test_redirects_end() -> None:
    way = course()
    for _ in range(5):
        assert not way.settles(moved(307, "/other"))
    with pytest.raises(RedirectError, match="after 5 redirects"):
        way.settles(moved(307, "/other"))


def test_a_redirect_to_nowhere_is_a_failure() -> None:
    with pytest.raises(StatusError, match="307"):
        course().settles(Reply(307, {}))


def test_each_try_gets_what_is_left_of_the_total() -> None:
    clock = Clock()
    way = course(Timeout(connect=2, read=8, total=10), clock)
    assert way.limits() == Limits(2, 8, 110)
    clock.now = 109
    assert way.limits() == Limits(1, 1, 110)
    clock.now = 110
    with pytest.raises(EndpointTimeoutError) as caught:
        way.limits()
    assert caught.value.phase == "total"
    assert course(Timeout(total=3)).limits() == Limits(3, 3, 103)


def test_retries_are_counted() -> None:
    way, error = course(), StatusError.of(503, {}, b"")
    assert way.pause_after(error) == 0.5
    with pytest.raises(StatusError) as caught:
        way.pause_after(error)
    assert caught.value is error
    assert (error.attempts, "2 tries" in str(error)) == (2, True)


def test_a_pause_beyond_the_total_is_not_made() -> None:
    error = StatusError.of(429, {"retry-after": "5"}, b"")
    assert course(Timeout(total=6)).pause_after(error) == 5
    with pytest.raises(StatusError, match="The total timeout leaves no time for another try"):
        course(Timeout(total=4)).pause_after(error)


@pytest.mark.parametrize(
    ("received", "headers", "came", "expected"),
    [
        (b"", None, None, "no answer from https://h/score: reset"),
        (
            b"HTTP/1.1 20",
            None,
            None,
            "no whole answer from https://h/score, its head came in part ('HTTP/1.1 20'): reset",
        ),
        (
            b"H",
            {"content-length": "9"},
            4,
            "no whole answer from https://h/score, its body came in part (4 of 9 bytes): ",
        ),
        (
            b"H",
            {"content-length": "9"},
            9,
            "no whole answer from https://h/score, its body cannot be read to its end: ",
        ),
        (b"H", {"content-length": "9"}, None, "score, its body cannot be read to its end: reset"),
        (b"H", {}, 4, "no whole answer from https://h/score, its body cannot be read to its end: reset"),
    ],
)
def test_an_answer_that_breaks_off_says_what_had_come(
    received: bytes, headers: dict[str, str] | None, came: int | None, expected: str
) -> None:
    attempt = Attempt(REQUEST, Limits(1, 1, 1), received=received, came=lambda: came)
    attempt.reply = None if headers is None else Reply(200, headers)
    error = attempt.unreachable("reset")
    assert expected in str(error)
    assert error.status == (None if headers is None else 200)


@pytest.mark.parametrize(
    ("kind", "streams"), [("text/event-stream; charset=utf-8", True), ("application/json", False)]
)
def test_a_stream_is_known_by_its_type(kind: str, streams: bool) -> None:
    assert Reply(200, {"content-type": kind}).is_stream is streams
