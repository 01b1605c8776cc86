"""Users of Locust, one class for each wire shape: they ask, hear the answer as it comes, and give a sample.

Locust's own reading of a stream waits for 1024 bytes, in which many tokens are; this takes what is there.
Certificates are checked unless the target says otherwise, redirects are not followed, and nothing is sent again that
nobody wants to be.
"""

from collections.abc import Callable
from time import perf_counter_ns, time
from typing import Any, ClassVar
from urllib.parse import urlsplit

import gevent
import gevent.ssl
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError, HTTPSocketPoolResponse
from locust import FastHttpUser
from locust.contrib.fasthttp import FAILURE_EXCEPTIONS

from azureml_bench import outcome, shape
from azureml_bench.outcome import Outcome
from azureml_bench.retries import Retries
from azureml_bench.sample import Sample
from azureml_bench.target import Target
from azureml_bench.tries import Tries, Try

_READ = 65536


class Asking(FastHttpUser):
    """Asks one endpoint. `ask` sends one request and may be called from any number of greenlets.

    `again` is for tasks of a user of Locust's own, which asks when it was answered.
    """

    abstract = True
    target: ClassVar[Target]
    retries: ClassVar[Retries]
    max_redirects = 0

    def __init__(self, environment: Any, now: Callable[[], int] = perf_counter_ns) -> None:
        super().__init__(environment)
        self.now = now
        self._asked = 0
        self.connections = 0
        pool: Any = self.client.client.clientpool.get_client(self.target.url)._connection_pool  # noqa: SLF001
        pool.after_connect = self._note_connection
        self._path = _path(self.target.url)

    def ask(self, number: int, body: bytes, phase: str = "measure", intended: int | None = None) -> Sample:
        """Send a request and hear its answer to the end. Whatever happens is a sample, but a greenlet's death."""
        tries = Tries(number, phase, intended, body, self.retries, self.now())
        tried = self._try(body)
        while (pause := tries.pause(tried, time())) is not None:
            gevent.sleep(pause)
            tried = self._try(body)
        sample = tries.sample(tried)
        self._tell(sample)
        return sample

    def again(self, prompt: str) -> Sample:
        """Send the next request: what a task of your own calls."""
        self._asked += 1
        return self.ask(self._asked - 1, self.target.body(prompt))

    def _note_connection(self, _: object) -> None:
        self.connections += 1

    def _try(self, body: bytes) -> Try:
        tried = Try(self.target, self.now)
        try:
            with gevent.Timeout(self.target.timeout):
                self._exchange(body, tried)
        except (gevent.Timeout, TimeoutError):
            tried.timed_out()
        except FAILURE_EXCEPTIONS as error:
            tried.failed(error, _failure(error, began=tried.has_begun))
        return tried

    def _exchange(self, body: bytes, tried: Try) -> None:
        connections = self.client.client.clientpool.get_client(self.target.url)
        response = connections.request("POST", self._path, body=body, headers=self.target.all_headers)
        try:
            tried.began(response.get_code(), str(response.get("server-timing", "")))
            while data := _read_some(response):
                tried.take(data)
            tried.over()
        finally:
            response.release()
        tried.judge(response.items())

    def _tell(self, sample: Sample) -> None:
        """Let Locust count it as well: its own table and its web page show it."""
        self.environment.events.request.fire(
            request_type="POST",
            name=self.target.shape.name,
            response_time=(sample.end - sample.sent) / 1e6,
            response_length=sample.response_bytes,
            exception=None if sample.ok else RuntimeError(sample.outcome),
            context={},
        )


def user_class(
    target: Target | str, *, concurrency: int = 1000, retries: Retries | None = None, **settings: Any
) -> type[Asking]:
    """Make the class of users for a target, or for a shape by its name, at `url` with what else a `Target` takes.

    `concurrency` is how many requests one user can have out at a time. Raises `WrongUsage` for an unknown name.
    """
    aimed = target if isinstance(target, Target) else Target(shape=shape.known(target), **settings)
    return type(
        "".join(part.title() for part in aimed.shape.name.split("-")),
        (Asking,),
        {
            "__doc__": f"Asks an endpoint of the shape {aimed.shape.name}.",
            "abstract": True,
            "target": aimed,
            "retries": retries or Retries(),
            "host": aimed.url,
            "insecure": not aimed.verify,
            "ssl_context_factory": staticmethod(_trusting(aimed.ca)) if aimed.ca else None,
            "concurrency": concurrency,
            "connection_timeout": aimed.timeout + 1,
            "network_timeout": aimed.timeout + 1,
        },
    )


def _trusting(file: str) -> Callable[..., Any]:
    def context(**_: Any) -> Any:
        return gevent.ssl.create_default_context(cafile=file)

    return context


def _read_some(response: HTTPSocketPoolResponse) -> bytes:
    """Give what has come of the body, as soon as there is any; nothing when it is over."""
    buffered = response._body_buffer  # noqa: SLF001  its own read waits for more
    while not buffered and not response.message_complete:
        connection = response._sock  # noqa: SLF001
        data = connection.recv(_READ) if connection else b""
        response.feed(data)
        if not data and not response.message_complete:
            raise HTTPConnectionClosed("the answer was cut off")
    data = bytes(buffered)
    del buffered[:]
    return data


def _failure(error: BaseException, *, began: bool) -> Outcome:
    if began:
        return outcome.TRUNCATED
    unreadable = isinstance(error, HTTPParseError) and not isinstance(error, HTTPConnectionClosed)
    return outcome.PARSE if unreadable else outcome.CONNECT


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
