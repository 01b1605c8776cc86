"""The client of one endpoint: a body in, an answer's bytes out, with retries, timeouts and typed errors.

Everything that is decided is in `Course`; here are only its two roads, with threads and with tasks.
"""

import copy
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from pydantic import SecretStr

from azureml_endpoint.errors import EndpointError
from azureml_endpoint.exchanges import Course, Reply, Request
from azureml_endpoint.retries import RetryPolicy
from azureml_endpoint.timeouts import Timeout

if TYPE_CHECKING:
    from azureml_endpoint.transport import OpenReply, Transport
    from azureml_endpoint.transport_async import AsyncOpenReply, AsyncTransport

KEY_VARIABLE = "AZUREML_ENDPOINT_API_KEY"
"""The environment variable of a key that is not given."""


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
                    return reply.after(course.tries)
            except EndpointError as error:
                self._sleep(course.pause_after(error))

    async def acall(self, request: Request, allowed: Timeout, policy: RetryPolicy) -> Reply:
        """Return the successful reply to `request`; EndpointError says why there is none."""
        course = Course(request, allowed, policy)
        while True:
            try:
                reply = await self._async_transport.send(course.request, course.limits())
                if course.settles(reply):
                    return reply.after(course.tries)
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
        except EndpointError as error:
            error.attempts = course.tries
            raise
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
        except EndpointError as error:
            error.attempts = course.tries
            raise
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

    `timeout` in seconds, a pair (connect, read) or a `Timeout`. ValueError for a missing URL or key, and for a
    setting that cannot be. Assigning `endpoint_api_key` rotates the key, a SecretStr; a pickle holds none, it comes
    from the environment then, or is assigned before calling.
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
        Timeout.of(timeout)
        self.endpoint_url = endpoint_url
        self.deployment_name = plain_deployment(deployment_name)
        self.timeout = timeout
        self.policy = RetryPolicy(max_retries)
        self._key = SecretStr(key)
        self._caller = Caller()

    @property
    def endpoint_api_key(self) -> SecretStr:
        """The key."""
        return self._key

    @endpoint_api_key.setter
    def endpoint_api_key(self, key: str | SecretStr) -> None:
        self._key = SecretStr(plain_key(key))

    def call(self, body: bytes, run_manager: Any = None, **kwargs: Any) -> bytes:
        """Return the answer's bytes; `timeout`, `content_type` and `accepts` may be given for this call."""
        return self._caller.call(*self._arguments(body, kwargs), self.policy).body

    async def acall(self, body: bytes, run_manager: Any = None, **kwargs: Any) -> bytes:
        """Return the answer's bytes, as `call`."""
        return (await self._caller.acall(*self._arguments(body, kwargs), self.policy)).body

    def close(self) -> None:
        """Close the idle connections."""
        self._caller.close()

    def _arguments(self, body: bytes, options: dict[str, Any]) -> tuple[Request, Timeout]:
        if not isinstance(body, bytes | bytearray):
            raise TypeError(f"body must be bytes, not {type(body).__name__}")
        for name in options.keys() - {"timeout", "content_type", "accepts"}:
            raise TypeError(f"a call takes timeout, content_type and accepts beside the body, not {name!r}")
        key = self._key.get_secret_value()
        if not key:
            raise ValueError(f"the key is missing: assign endpoint_api_key, or set {KEY_VARIABLE} before loading")
        declared = {
            "Content-Type": options.get("content_type", "application/json"),
            "Accept": options.get("accepts", "application/json"),
        }
        media_types = {name: value for name, value in declared.items() if value}
        request = Request(self.endpoint_url, bytes(body), key, self.deployment_name, media_types)
        return request, Timeout.of(options.get("timeout") or self.timeout)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("_key", "_caller")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _key=SecretStr(plain_key(os.environ.get(KEY_VARIABLE))), _caller=Caller())

    def __copy__(self) -> Self:
        copied = type(self).__new__(type(self))
        vars(copied).update(vars(self), _caller=Caller())
        return copied

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return copy.copy(self)

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


def plain_deployment(name: str) -> str:
    """Return a deployment's name without surrounding white space; ValueError for one that no HTTP header carries."""
    if not isinstance(name, str) or not (name.isascii() and name.isprintable()):
        raise ValueError("a deployment's name consists of ASCII letters, digits and dashes")
    return name.strip()
