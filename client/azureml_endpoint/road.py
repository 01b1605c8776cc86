"""The road from input to answer, the same for prompts and for conversations, in steps that adapters can take."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from inspect import Parameter, signature
from typing import Any, Generic, TypeVar

from azureml_endpoint.addresses import AzureMLEndpointApiType
from azureml_endpoint.errors import EndpointTimeoutError, ResponseFormatError, UnreachableError
from azureml_endpoint.exchanges import Reply, Request
from azureml_endpoint.formatters.binding import Binding
from azureml_endpoint.retries import RetryPolicy
from azureml_endpoint.settings import AzureMLBaseEndpoint, missing
from azureml_endpoint.streams import Chunks, Piece
from azureml_endpoint.timeouts import Timeout

In = TypeVar("In")
Generated = TypeVar("Generated")
Chunk = TypeVar("Chunk", bound=Piece)
Stop = Sequence[str] | str | None


class Road(AzureMLBaseEndpoint, Generic[In, Generated, Chunk]):
    """Payload, call, answer: whole or in pieces, now or awaited.

    `stop` and further keyword arguments are parameters of one call, on top of `model_kwargs`; `timeout` bounds
    the call (see `Timeout`) and is not sent. Raises EndpointError, see its tree, and ValueError or TypeError for an
    input or a parameter that cannot be sent.
    """

    def request_payload(self, value: In, /, stop: Stop = None, **kwargs: Any) -> bytes:
        """Return the body that is sent for `value`."""
        parameters = {**(self.model_kwargs or {}), **kwargs}
        if stop is not None:
            parameters.pop("stop", None)  # also no stop at all beats one of the constructor
        if stop:
            parameters["stop"] = stop if isinstance(stop, str) else list(stop)
        return self._binding.request(self._input(value), parameters, self.endpoint_api_type)

    def read_response(self, output: bytes) -> Generated:
        """Return the generation in an answer's body; ResponseFormatError shows a body that has none."""
        return self._read(Reply(200, {}, output))

    def generate_one(self, value: In, /, stop: Stop = None, *, timeout: Any = None, **kwargs: Any) -> Generated:
        """Return the generation for one input."""
        payload = self._whole_payload(value, stop, kwargs)
        if self.http_client is not None:
            return self._read(_foreign_reply(self.http_client.call(payload, **self._foreign_options(timeout))))
        limits = Timeout.of(timeout or self.timeout)
        return self._read(self._caller.call(self._request(payload), limits, self._policy))

    async def agenerate_one(
        self,
        value: In,
        /,
        stop: Stop = None,
        *,
        timeout: Any = None,  # noqa: ASYNC109  # bounds sockets and retries too
        **kwargs: Any,
    ) -> Generated:
        """Return the generation for one input."""
        payload = self._whole_payload(value, stop, kwargs)
        if self.http_client is not None:
            return self._read(_foreign_reply(await self._foreign_acall(payload, self._foreign_options(timeout))))
        limits = Timeout.of(timeout or self.timeout)
        return self._read(await self._caller.acall(self._request(payload), limits, self._policy))

    def chunks(self, value: In, /, stop: Stop = None, *, timeout: Any = None, **kwargs: Any) -> Iterator[Chunk]:
        """Yield the answer in pieces as they arrive; StreamError when it breaks off."""
        if not self._can_stream:
            yield self._whole_chunk(self.generate_one(value, stop, timeout=timeout, **kwargs))
            return
        request, limits = self._stream_request(value, stop, kwargs), Timeout.of_stream(timeout or self.timeout)
        with self._caller.stream(request, limits, self._policy) as opened:
            if not opened.reply.is_stream:
                yield self._whole_chunk(self._read(opened.reply.with_body(opened.read())))
                return
            pieces = self._pieces(request, opened.reply)
            try:
                for data in opened:
                    yield from pieces.feed(data)
                    if pieces.done:
                        opened.finish()
                        return
            except (UnreachableError, EndpointTimeoutError) as error:
                pieces.broke(error)
            yield from pieces.close()

    async def achunks(
        self,
        value: In,
        /,
        stop: Stop = None,
        *,
        timeout: Any = None,  # noqa: ASYNC109  # bounds sockets and retries too
        **kwargs: Any,
    ) -> AsyncIterator[Chunk]:
        """Yield the answer in pieces as they arrive; StreamError when it breaks off."""
        if not self._can_stream:
            yield self._whole_chunk(await self.agenerate_one(value, stop, timeout=timeout, **kwargs))
            return
        request, limits = self._stream_request(value, stop, kwargs), Timeout.of_stream(timeout or self.timeout)
        async with self._caller.astream(request, limits, self._policy) as opened:
            if not opened.reply.is_stream:
                yield self._whole_chunk(self._read(opened.reply.with_body(await opened.read())))
                return
            pieces = self._pieces(request, opened.reply)
            try:
                async for data in opened:
                    for piece in pieces.feed(data):
                        yield piece
                    if pieces.done:
                        await opened.finish()
                        return
            except (UnreachableError, EndpointTimeoutError) as error:
                pieces.broke(error)
            for piece in pieces.close():
                yield piece

    @abstractmethod
    def _input(self, value: Any) -> Any:
        """Return the input as the formatter takes it."""

    @abstractmethod
    def _generation(self, answer: Any, reader: str) -> Generated:
        """Return what a formatter returned as a generation."""

    @abstractmethod
    def _read_chunk(self, event: Any) -> Chunk | None:
        """Return the piece in an event of a stream."""

    @abstractmethod
    def _whole_chunk(self, generation: Generated) -> Chunk:
        """Return a whole answer as its only piece."""

    @property
    def _binding(self) -> Binding:
        formatter = self.content_formatter
        if formatter is None:
            raise ValueError(f"calling needs a content_formatter; built in are {self.formatter_examples}")
        if self._bound is None or self._bound.formatter is not formatter:
            self._bound = Binding(formatter, self.formatter_method)
        return self._bound

    @property
    def _policy(self) -> RetryPolicy:
        return RetryPolicy(self.max_retries)

    @property
    def _can_stream(self) -> bool:
        return self.endpoint_api_type is AzureMLEndpointApiType.serverless and self.http_client is None

    def _whole_payload(self, value: In, stop: Stop, kwargs: dict[str, Any]) -> bytes:
        streams = kwargs.get("stream", (self.model_kwargs or {}).get("stream"))
        if streams and self.endpoint_api_type is AzureMLEndpointApiType.serverless:
            raise ValueError("stream=True asks for an answer in pieces: call stream() or astream() instead")
        return self.request_payload(value, stop, **kwargs)

    def _stream_request(self, value: In, stop: Stop, kwargs: dict[str, Any]) -> Request:
        return self._request(self.request_payload(value, stop, **{**kwargs, "stream": True}))

    def _request(self, payload: bytes) -> Request:
        key = self.endpoint_api_key.get_secret_value()
        if not key:
            raise ValueError(missing("endpoint_api_key"))
        return Request(self.endpoint_url, payload, key, self.deployment_name, self._binding.media_types)

    def _read(self, reply: Reply) -> Generated:
        binding = self._binding
        try:
            return self._generation(binding.response(reply.body, self.endpoint_api_type), binding.name)
        except ResponseFormatError as error:
            error.status, error.headers, error.attempts = reply.status, dict(reply.headers), reply.attempts
            error.without(self.endpoint_api_key.get_secret_value())
            raise

    def _pieces(self, request: Request, reply: Reply) -> Chunks[Chunk]:
        return Chunks(self._read_chunk, reply.headers, request.key)

    async def _foreign_acall(self, payload: bytes, options: dict[str, Any]) -> Any:
        if acall := getattr(self.http_client, "acall", None):
            return await acall(payload, **options)
        import asyncio

        return await asyncio.to_thread(self.http_client.call, payload, **options)

    def _foreign_options(self, timeout: Any) -> dict[str, Any]:
        """Return what a client of the caller's own is told beside the body, as far as its signature takes it."""
        types = self._binding.media_types
        told = {"content_type": types.get("Content-Type"), "accepts": types.get("Accept")}
        if timeout:
            told["timeout"] = timeout
        parameters = signature(self.http_client.call).parameters
        if any(each.kind is Parameter.VAR_KEYWORD for each in parameters.values()):
            return told
        return {name: value for name, value in told.items() if name in parameters}


def _foreign_reply(body: Any) -> Reply:
    if not isinstance(body, bytes | bytearray | str):
        raise ResponseFormatError(f"http_client.call returned a {type(body).__name__}; it must return bytes")
    return Reply(200, {}, body.encode() if isinstance(body, str) else bytes(body))
