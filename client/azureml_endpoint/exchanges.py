"""One call as values and decisions, without I/O: what is sent, what comes, and what to do next.

`Course` is the part that the sync and the async transport share: which request goes out next, how long it may
take, and whether what came back is the answer, a redirect to follow, or a failure worth another try.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from urllib.parse import urljoin

from azureml_endpoint.addresses import origin
from azureml_endpoint.errors import (
    EndpointError,
    EndpointTimeoutError,
    RedirectError,
    StatusError,
    UnreachableError,
)
from azureml_endpoint.excerpts import excerpt
from azureml_endpoint.retries import RetryPolicy
from azureml_endpoint.timeouts import Timeout

USER_AGENT = "azureml-endpoint"
MOST_REDIRECTS = 5

SHOWN_START = 80
"""Bytes of an answer's start that an error shows when the connection breaks."""

LAST_CHUNK = 0.05
"""Seconds that a stream's last chunk is waited for after `[DONE]`, so that the connection can be kept."""

_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Request:
    """One POST: everything that goes over the wire. Its repr does not show the key."""

    url: str
    body: bytes
    key: str
    deployment: str = ""
    media_types: Mapping[str, str] | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers to send; `azureml-model-deployment` bypasses the traffic split (documented)."""
        headers = {
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "gzip, deflate",
            "Authorization": f"Bearer {self.key}",
            "Content-Length": str(len(self.body)),
        }
        if self.deployment:
            headers["azureml-model-deployment"] = self.deployment
        return headers | dict(self.media_types or {"Content-Type": "application/json"})

    def __repr__(self) -> str:
        return f"Request({self.url!r}, {len(self.body)} bytes)"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; header names are lower-case. A stream's body is empty here, it comes by itself.

    `attempts` counts the tries that it took.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    attempts: int = 1

    def with_body(self, body: bytes) -> "Reply":
        """Return this reply with the body that has come in the meantime."""
        return replace(self, body=body)

    def after(self, attempts: int) -> "Reply":
        """Return this reply as that of the last of so many tries."""
        return replace(self, attempts=attempts)

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300

    @property
    def is_stream(self) -> bool:
        """Whether the body is server-sent events."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() == "text/event-stream"


class Limits(NamedTuple):
    """How long one try may take: seconds to connect and of silence, and the moment by which it must be over."""

    connect: float | None
    read: float | None
    deadline: float


@dataclass(slots=True)
class Attempt:
    """One try under way, and what a transport notes of it: how the connection was got, and what came.

    `reused` is a connection that has answered before, `received` the first bytes of the answer, `reply` its head;
    `came` tells how many bytes of the body there were, None when they cannot be counted.
    """

    request: Request
    limits: Limits
    reused: bool = False
    received: bytes = b""
    reply: Reply | None = None
    came: Callable[[], int | None] = field(default=lambda: None)

    @property
    def is_stale(self) -> bool:
        """Whether a kept connection gave no answer at all: the server may have closed it before the request."""
        return self.reused and not self.received

    def unreachable(self, reason: object) -> UnreachableError:
        """Return the error of a connection that failed: it says what had come, and shows status or first bytes."""
        reply = self.reply or Reply(0, {})
        error = UnreachableError(
            f"{self._lack} {self.request.url}{self._part}: {reason}",
            status=reply.status or None,
            body=self.received,
            headers=reply.headers,
        )
        return error.without(self.request.key)

    @property
    def _lack(self) -> str:
        return "no whole answer from" if self.received or self.reply else "no answer from"

    @property
    def _part(self) -> str:
        """Say which part of the answer had come."""
        if self.reply is None:
            start = excerpt(self.received).partition("\r\n")[0]
            return f", its head came in part ({start!r})" if self.received else ""
        came, length = self.came(), self.reply.headers.get("content-length")
        if length and came is not None and str(came) != length:
            return f", its body came in part ({came} of {length} bytes)"
        return ", its body cannot be read to its end"


class Course:
    """The course of one call; used by one thread or task, once."""

    def __init__(
        self,
        request: Request,
        timeout: Timeout,
        policy: RetryPolicy,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.request = request
        self._timeout = timeout
        self._policy = policy
        self._clock = clock
        self._deadline = timeout.until(clock())
        self.tries = 1
        self._redirects = 0

    def limits(self) -> Limits:
        """Return how long the next try may take; EndpointTimeoutError when no time is left."""
        connect, read, total = self._timeout.connect, self._timeout.read, self._timeout.total
        if total is None:
            return Limits(connect, read, self._deadline)
        left = self._deadline - self._clock()
        if left <= 0:
            raise timed_out("total", self.request.url)
        return Limits(_least(connect, left), _least(read, left), self._deadline)

    def settles(self, reply: Reply) -> bool:
        """Return whether `reply` is the answer; False after a redirect, which `request` now follows.

        Only 307 and 308 to the same scheme, host and port are followed: another origin must not see the key, and
        301, 302 and 303 turn a POST into a GET. Those raise RedirectError, and a failure its StatusError.
        """
        if reply.is_success:
            return True
        location = reply.headers.get("location", "")
        if reply.status in _REDIRECTS and location:
            self._follow(reply, location)
            return False
        raise StatusError.of(reply.status, reply.headers, reply.body).without(self.request.key)

    def pause_after(self, error: EndpointError) -> float:
        """Return the seconds to wait before the next try, or raise `error` when there is none."""
        error.attempts = self.tries
        pause = self._policy.pause(error, self.tries)
        if pause is None:
            raise error
        if self._clock() + pause >= self._deadline:
            error.args = (f"{error.args[0]} The total timeout leaves no time for another try.",)
            raise error
        self.tries += 1
        return pause

    def _follow(self, reply: Reply, location: str) -> None:
        target, reason = location, ""
        try:
            target = urljoin(self.request.url, location)
            is_ours = origin(target) == origin(self.request.url)
        except ValueError:
            is_ours, reason = False, "which is no URL"
        if reply.status not in (307, 308):
            reason = reason or "which would turn the POST into a GET"
        elif not is_ours:
            reason = reason or "which is another host: the key is not sent there"
        elif self._redirects >= MOST_REDIRECTS:
            reason = f"after {MOST_REDIRECTS} redirects"
        if reason:
            text = f"the endpoint redirects ({reply.status}) to {target}, {reason}; is endpoint_url right?"
            error = RedirectError(text, status=reply.status, body=reply.body, headers=reply.headers)
            error.location = target
            raise error.without(self.request.key)
        self._redirects += 1
        self.request = replace(self.request, url=target)


def timed_out(phase: str, url: str) -> EndpointTimeoutError:
    """Return the error for a call whose `phase` (connect, read or total) took too long."""
    what = {
        "connect": "no connection was made",
        "read": "the endpoint was silent for too long",
        "total": "the whole call took too long",
    }
    error = EndpointTimeoutError(f"{phase} timeout: {what[phase]} ({url}); raise it with timeout=")
    error.phase = phase
    return error


def _least(limit: float | None, left: float) -> float:
    return left if limit is None else min(limit, left)
