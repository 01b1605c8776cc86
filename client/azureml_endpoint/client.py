"""The client of one endpoint: a body in, an answer's bytes out, with retries, timeouts and typed errors.

Everything that is decided is in `Course`; here are only its two roads, with threads and with tasks.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from azureml_endpoint.errors import EndpointError
from azureml_endpoint.exchanges import Course, Reply, Request
from azureml_endpoint.retries import RetryPolicy
from azureml_endpoint.timeouts import Timeout

if TYPE_CHECKING:
    from azureml_endpoint.transport import OpenReply, Transport
    from azureml_endpoint.transport_async import AsyncOpenReply, AsyncTransport


class Caller:
    """Makes calls over pooled connections, in any number of threads and event loops.

    The two ways to sleep some seconds are parameters, so that tests need not wait.
    """

    def __init__(
        self,
        sleep: Callable[[float], None] = time.sleep,
        async_sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        self._sleep = sleep
        self._async_sleep = async_sleep or _async_sleep

    @cached_property
    def _transport(self) -> "Transport":
        from azureml_endpoint.transport import Transport

        return Transport()

    @cached_property
    def _async_transport(self) -> "AsyncTransport":
        from azureml_endpoint.transport_async import AsyncTransport

        return AsyncTransport()

    def call(self, request: Request, allowed: Timeout, policy: RetryPolicy) -> Reply:
        """Return the successful reply to `request`; EndpointError says why there is none."""
        course = Course(request, allowed, policy)
        while True:
            try:
                reply = self._transport.send(course.request, course.limits())
                if course.settles(reply):
                    return reply
            except EndpointError as error:
                self._sleep(course.pause_after(error))

    async def acall(self, request: Request, allowed: Timeout, policy: RetryPolicy) -> Reply:
        """Return the successful reply to `request`; EndpointError says why there is none."""
        course = Course(request, allowed, policy)
        while True:
            try:
                reply = await self._async_transport.send(course.request, course.limits())
                if course.settles(reply):
                    return reply
            except EndpointError as error:
                await self._async_sleep(course.pause_after(error))

    @contextmanager
    def stream(self, request: Request, allowed: Timeout, policy: RetryPolicy) -> Iterator["OpenReply"]:
        """Give the open reply to `request`, tried again only until its first byte."""
        course = Course(request, allowed, policy)
        while True:
            try:
                opened = self._transport.open(course.request, course.limits())
                if opened.reply.is_success or course.settles(opened.reply.with_body(opened.read())):
                    break
            except EndpointError as error:
                self._sleep(course.pause_after(error))
        try:
            yield opened
        finally:
            opened.close()

    @asynccontextmanager
    async def astream(
        self, request: Request, allowed: Timeout, policy: RetryPolicy
    ) -> AsyncIterator["AsyncOpenReply"]:
        """Give the open reply to `request`, tried again only until its first byte."""
        course = Course(request, allowed, policy)
        while True:
            try:
                opened = await self._async_transport.open(course.request, course.limits())
                if opened.reply.is_success or course.settles(opened.reply.with_body(await opened.read())):
                    break
            except EndpointError as error:
                await self._async_sleep(course.pause_after(error))
        try:
            yield opened
        finally:
            opened.close()

    def close(self) -> None:
        """Close the idle connections of the threads."""
        if "_transport" in vars(self):
            self._transport.close()

    async def aclose(self) -> None:
        """Close the connections of the running loop, and those of the threads."""
        self.close()
        if "_async_transport" in vars(self):
            await self._async_transport.close()


class AzureMLEndpointClient:
    """A client of one endpoint, for bodies that one formats oneself.

    `timeout` in seconds, a pair (connect, read) or a `Timeout`. ValueError when url or key is missing.
    """

    def __init__(
        self,
        endpoint_url: str,
        endpoint_api_key: Any,
        deployment_name: str = "",
        timeout: Any = 50,
        max_retries: int = 1,
    ) -> None:
        key = plain_key(endpoint_api_key)
        if not endpoint_url or not key:
            raise ValueError("an endpoint URL and a key are needed to call an endpoint")
        self.endpoint_url = endpoint_url
        self.deployment_name = deployment_name
        self.timeout = timeout
        self.policy = RetryPolicy(max_retries)
        self._key = key
        self._caller = Caller()

    def call(self, body: bytes, run_manager: Any = None, **kwargs: Any) -> bytes:
        """Return the answer's bytes; `timeout`, `content_type` and `accepts` may be given for this call."""
        return self._caller.call(*self._arguments(body, **kwargs), self.policy).body

    async def acall(self, body: bytes, run_manager: Any = None, **kwargs: Any) -> bytes:
        """Return the answer's bytes, as `call`."""
        return (await self._caller.acall(*self._arguments(body, **kwargs), self.policy)).body

    def close(self) -> None:
        """Close the idle connections."""
        self._caller.close()

    def _arguments(
        self,
        body: bytes,
        timeout: Any = None,
        content_type: str | None = "application/json",
        accepts: str | None = "application/json",
    ) -> tuple[Request, Timeout]:
        if not isinstance(body, bytes | bytearray):
            raise TypeError(f"body must be bytes, not {type(body).__name__}")
        declared = {"Content-Type": content_type, "Accept": accepts}
        media_types = {name: value for name, value in declared.items() if value}
        request = Request(self.endpoint_url, bytes(body), self._key, self.deployment_name, media_types)
        return request, Timeout.of(timeout or self.timeout)

    def __repr__(self) -> str:
        return f"AzureMLEndpointClient({self.endpoint_url!r}, deployment_name={self.deployment_name!r})"


async def _async_sleep(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(seconds)


def plain_key(key: Any) -> str:
    """Return a key, a str or any SecretStr, without surrounding white space; it is never shown.

    ValueError for one that no HTTP header can carry.
    """
    text = key.get_secret_value() if hasattr(key, "get_secret_value") else key
    text = "" if text is None else str(text).strip()
    if not all(" " <= character <= "~" for character in text):
        raise ValueError("endpoint_api_key holds a character that no HTTP header can carry, such as a line break")
    return text
