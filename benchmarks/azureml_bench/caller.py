"""Sends a request and notes when what came: the one place that touches the network."""

import asyncio
import os
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter_ns, time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp

from azureml_bench import outcome
from azureml_bench.retries import Retries
from azureml_bench.sample import Sample
from azureml_bench.target import Target
from azureml_bench.tries import Tries, Try
from azureml_bench.usage import WrongUsage

Now = Callable[[], int]
"""Nanoseconds since the run began."""

_REACH = 10.0
"""Seconds within which a server that is there lets somebody connect."""


class Clock:
    """Nanoseconds since it was started, on a clock that nobody sets."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin at 0, once more."""
        self._start = perf_counter_ns()

    def __call__(self) -> int:
        return perf_counter_ns() - self._start


def clock() -> Clock:
    """Start a clock at 0."""
    return Clock()


@dataclass
class Caller:
    """Calls one endpoint over connections that are kept, as many as are needed at a time."""

    target: Target
    now: Now
    retries: Retries = field(default_factory=Retries)
    _session: aiohttp.ClientSession | None = field(default=None, init=False)
    _opened: int = field(default=0, init=False)
    _headers: dict[str, str] = field(default_factory=dict, init=False)
    _ready: dict[int, bytes] = field(default_factory=dict, init=False)

    async def __aenter__(self) -> Self:
        trust = _trust(self.target) if self.target.url.startswith("https:") else True
        connector = aiohttp.TCPConnector(limit=0, ssl=trust, ttl_dns_cache=None, keepalive_timeout=60)
        timeout = aiohttp.ClientTimeout(total=self.target.timeout, sock_connect=self.target.timeout)
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(self._note_connection)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=timeout, trace_configs=[trace], cookie_jar=aiohttp.DummyCookieJar()
        )
        self._headers = self.target.all_headers
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()

    @property
    def connections(self) -> int:
        """How many connections were opened so far."""
        return self._opened

    def prepare(self, number: int, prompt: str) -> None:
        """Make a request ahead of its time."""
        self._ready[number] = self.target.body(prompt)

    def forget(self, number: int) -> None:
        """Hear that a request will not be sent after all."""
        self._ready.pop(number, None)

    async def call(
        self, number: int, prompt: Callable[[int], str], phase: str, intended: int | None = None
    ) -> Sample:
        """Send one request and hear its answer to the end. Whatever happens is a sample, but a cancellation.

        `prompt` is asked only for what was not prepared. What is sent again counts from when it was sent at first.
        """
        body = self._ready.pop(number, None) or self.target.body(prompt(number))
        tries = Tries(number, phase, intended, body, self.retries, self.now())
        tried = await self._try(body)
        while (pause := tries.pause(tried, time())) is not None:
            await asyncio.sleep(pause)
            tried = await self._try(body)
        return tries.sample(tried)

    async def _note_connection(self, *_: object) -> None:
        self._opened += 1

    async def _try(self, body: bytes) -> Try:
        tried = Try(self.target, self.now)
        try:
            await self._exchange(body, tried)
        except TimeoutError:
            tried.timed_out()
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, OSError) as error:
            tried.failed(error, outcome.TRUNCATED if tried.has_begun else outcome.CONNECT)
        except aiohttp.ClientError as error:
            tried.failed(error, outcome.PARSE)
        return tried

    async def _exchange(self, body: bytes, tried: Try) -> None:
        assert self._session
        async with self._session.post(
            self.target.url, data=body, headers=self._headers, allow_redirects=False
        ) as response:
            tried.began(response.status, response.headers.get("server-timing", ""))
            async for data in response.content.iter_any():
                tried.take(data)
            tried.over()
        tried.judge(response.headers.items())


async def reach(target: Target) -> None:
    """Find out whether there is anybody to connect to. Raises `WrongUsage` that says why not."""
    address = urlsplit(target.url)
    trust = _trust(target) if address.scheme == "https" else None
    port = address.port or (443 if trust else 80)
    try:
        async with asyncio.timeout(min(target.timeout, _REACH)):
            _, writer = await asyncio.open_connection(address.hostname, port, ssl=trust)
    except OSError as error:
        raise WrongUsage(f"cannot connect to {address.hostname}:{port}: {_why(error)}") from None
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{error.verify_message}; see --ca and --insecure"
    if isinstance(error, ssl.SSLError | socket.gaierror):
        return error.strerror or str(error)
    return os.strerror(error.errno) if error.errno else str(error)


def _trust(target: Target) -> ssl.SSLContext:
    """Say whose certificates are good: those of a file, or the system's, or everybody's."""
    trust = ssl.create_default_context(cafile=target.ca or None)
    if not target.verify:
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    return trust
