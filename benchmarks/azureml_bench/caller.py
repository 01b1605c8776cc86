"""Sends a request and notes when what came: the one place that touches the network."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter_ns
from types import TracebackType
from typing import Any, Self

import aiohttp

from azureml_bench import outcome
from azureml_bench.sample import Sample
from azureml_bench.server_timing import stages
from azureml_bench.target import Target

Now = Callable[[], int]
"""Nanoseconds since the run began."""


def clock() -> Now:
    """Start a clock at 0."""
    start = perf_counter_ns()
    return lambda: perf_counter_ns() - start


@dataclass
class Caller:
    """Calls one endpoint over connections that are kept, as many as are needed at a time."""

    target: Target
    now: Now
    _session: aiohttp.ClientSession | None = field(default=None, init=False)
    _opened: int = field(default=0, init=False)
    _headers: dict[str, str] = field(default_factory=dict, init=False)

    async def __aenter__(self) -> Self:
        verify: bool | ssl.SSLContext = self.target.verify
        connector = aiohttp.TCPConnector(limit=0, ssl=verify, ttl_dns_cache=None, keepalive_timeout=60)
        timeout = aiohttp.ClientTimeout(total=self.target.timeout, sock_connect=self.target.timeout)
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(self._note_connection)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, trace_configs=[trace])
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

    async def call(self, number: int, prompt: str, phase: str, intended: int | None = None) -> Sample:
        """Send one request and hear its answer to the end. Whatever happens is a sample, but a cancellation."""
        body = self.target.body(prompt)
        heard = self.target.listener()
        noted: dict[str, Any] = {"request_bytes": len(body)}
        sent = self.now()
        try:
            ended = await self._exchange(body, heard, noted)
        except TimeoutError:
            ended, noted["note"] = outcome.TIMEOUT, f"no whole answer within {self.target.timeout:g} s"
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, OSError) as error:
            ended = outcome.TRUNCATED if "status" in noted else outcome.CONNECT
            noted["note"] = f"{type(error).__name__}: {error}"
        except aiohttp.ClientError as error:
            ended, noted["note"] = outcome.PARSE, f"{type(error).__name__}: {error}"
        return Sample(
            number,
            phase,
            sent if intended is None else intended,
            sent,
            self.now(),
            ended.name,
            contents=tuple(heard.contents),
            characters=heard.characters,
            prompt_tokens=heard.usage[0],
            tokens=heard.usage[1],
            **noted,
        )

    async def _note_connection(self, *_: object) -> None:
        self._opened += 1

    async def _exchange(self, body: bytes, heard: Any, noted: dict[str, Any]) -> outcome.Outcome:
        assert self._session
        async with self._session.post(
            self.target.url, data=body, headers=self._headers, allow_redirects=False
        ) as response:
            noted["first_byte"], noted["status"] = self.now(), response.status
            noted["server"] = stages(response.headers.get("server-timing", ""))
            ended, count = outcome.of_status(response.status), 0
            good = ended is outcome.OK
            said = b""
            async for data in response.content.iter_any():
                count += len(data)
                if good:
                    heard.feed(data, self.now())
                elif len(said) < 200:
                    said += data
            noted["response_bytes"] = count
        if good:
            return heard.end()  # type: ignore[no-any-return]
        noted["note"] = said[:200].decode("utf-8", "replace")
        return ended
