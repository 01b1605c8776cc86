"""Clients as they should be, in small steps over `http.client`, so that a broken one differs in one of them."""

import asyncio
import copy
import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import sleep
from typing import Any, Self
from urllib.parse import urlsplit

from contract_tests.zoo.failures import CallFailed
from contract_tests.zoo.pieces import Pieces
from contract_tests.zoo.reference import Chat, DedicatedChat, Reference, Serverless
from contract_tests.zoo.specimens import correct

RETRIED = (408, 429, 502, 503, 504)
KEY_VARIABLE = "AZUREML_ENDPOINT_API_KEY"


@correct("gpt2", formatter=Reference)
@correct("completions", formatter=Serverless)
@correct("llama-chat", formatter=DedicatedChat)
@correct("chat", formatter=Chat)
class Caller(Pieces):
    """Calls with LangChain's settings, and keeps nothing of a call."""

    def __init__(
        self,
        endpoint_url: str,
        endpoint_api_key: str = "",
        endpoint_api_type: Any = "dedicated",
        content_formatter: Any = None,
        deployment_name: str = "",
        model_kwargs: Mapping[str, Any] | None = None,
        timeout: float = 50.0,
        max_retries: int = 1,
        http_client: Any = None,
    ) -> None:
        self.endpoint_url, self.endpoint_api_type = endpoint_url, endpoint_api_type
        self.endpoint_api_key = endpoint_api_key
        self.content_formatter, self.http_client = content_formatter, http_client
        self.deployment_name, self.timeout, self.max_retries = deployment_name, timeout, max_retries
        self.model_kwargs = copy.deepcopy(dict(model_kwargs or {}))
        self.admit()

    def admit(self) -> None:
        if self.content_formatter is None:
            raise ValueError("content_formatter is missing: pass the one for your model")

    # Calling

    def invoke(self, input: Any, config: Any = None, *, stop: Any = None, **options: Any) -> str:  # noqa: A002
        return self.read(self.fetch(self.payload(input, self.parameters(stop, options))))

    async def ainvoke(self, input: Any, config: Any = None, *, stop: Any = None, **options: Any) -> str:  # noqa: A002
        return await asyncio.to_thread(self.invoke, input, config, stop=stop, **options)

    def batch(self, inputs: list[Any], config: Any = None, **options: Any) -> list[str]:
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(lambda one: self.invoke(one, config, **options), inputs))

    async def abatch(self, inputs: list[Any], config: Any = None, **options: Any) -> list[str]:
        return list(await asyncio.gather(*(self.ainvoke(one, config, **options) for one in inputs)))

    def stream(self, input: Any, config: Any = None, *, stop: Any = None, **options: Any) -> Iterator[str]:  # noqa: A002
        if str(getattr(self.endpoint_api_type, "value", self.endpoint_api_type)) != "serverless":
            yield self.invoke(input, config, stop=stop, **options)
            return
        body = self.payload(input, self.parameters(stop, self.streaming(options)))
        with self.answered(body) as response:
            yield from self.pieces(self.chunks(response))

    async def astream(
        self, input: Any, config: Any = None, *, stop: Any = None, **options: Any  # noqa: A002
    ) -> AsyncIterator[str]:  # fmt: skip
        source = self.stream(input, config, stop=stop, **options)
        over = object()
        try:
            while (piece := await asyncio.to_thread(next, source, over)) is not over:
                yield str(piece)
        finally:
            await asyncio.to_thread(source.close)  # type: ignore[attr-defined]

    # What is sent

    def streaming(self, options: Mapping[str, Any]) -> dict[str, Any]:
        return {**options, "stream": True}

    def parameters(self, stop: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        parameters = {**copy.deepcopy(self.model_kwargs), **options}
        if stop:
            parameters["stop"] = list(stop)
        return parameters

    def payload(self, asked: Any, parameters: dict[str, Any]) -> bytes:
        formatter = self.content_formatter
        if not hasattr(formatter, "format_messages_request_payload"):
            return bytes(formatter.format_request_payload(asked, parameters, self.endpoint_api_type))
        messages = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
        return bytes(formatter.format_messages_request_payload(messages, parameters, self.endpoint_api_type))

    def url(self) -> str:
        return self.endpoint_url

    def headers(self) -> dict[str, str]:
        return {**self.media_types(), **self.authorization(), **self.routing()}

    def media_types(self) -> dict[str, str]:
        return {"Content-Type": self.content_formatter.content_type, "Accept": self.content_formatter.accepts}

    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.endpoint_api_key}"}

    def routing(self) -> dict[str, str]:
        return {"azureml-model-deployment": self.deployment_name} if self.deployment_name else {}

    # What comes back

    def fetch(self, body: bytes) -> bytes:
        if self.http_client is not None:
            return bytes(self.http_client.call(body, timeout=self.timeout))
        with self.answered(body) as response:
            try:
                return response.read()
            except (OSError, HTTPException) as error:
                raise CallFailed(f"the answer broke off: {error}") from error

    def read(self, data: bytes) -> str:
        answer = self.content_formatter.format_response_payload(data, self.endpoint_api_type)
        return str(getattr(answer, "text", answer))

    @contextmanager
    def answered(self, body: bytes) -> Iterator[HTTPResponse]:
        """Give the response to a request as long as the block lasts: its head has come, and says that all is well."""
        connection, response = self.tried(body)
        try:
            yield response
        finally:
            response.close()
            connection.close()

    def tried(self, body: bytes) -> tuple[HTTPConnection, HTTPResponse]:
        tries = 0
        while True:
            tries += 1
            connection = self.connection(self.url())
            try:
                return connection, self.exchanged(connection, body)
            except CallFailed as error:
                connection.close()
                if tries > self.max_retries or not self.helps(error):
                    raise
                sleep(self.pause(error, tries))

    def connection(self, url: str) -> HTTPConnection:
        place = urlsplit(url)
        kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
        return kind(place.hostname or "", place.port, timeout=self.timeout)

    def exchanged(self, connection: HTTPConnection, body: bytes) -> HTTPResponse:
        try:
            connection.connect()
        except OSError as error:
            raise CallFailed(f"no connection: {error}", connected=False) from error
        place = urlsplit(self.url())
        try:
            connection.request("POST", place.path + (f"?{place.query}" if place.query else ""), body, self.headers())
            response = connection.getresponse()
            return response if response.status == 200 else self.failed(response)
        except (OSError, HTTPException) as error:
            raise CallFailed(f"no answer: {error}") from error

    def failed(self, response: HTTPResponse) -> HTTPResponse:
        raise CallFailed(
            f"the endpoint answered {response.status}", response.status, response.read(), response.headers
        )

    def helps(self, error: CallFailed) -> bool:
        """Say whether another try may end better."""
        return not error.connected or error.status in RETRIED

    def pause(self, error: CallFailed, tries: int) -> float:
        """Give the seconds before the next try."""
        asked = error.headers.get("retry-after", "")
        if asked.isdigit():
            return float(asked)
        try:
            until, now = (parsedate_to_datetime(one) for one in (asked, error.headers.get("date", "")))
            return max(0.0, (until - now).total_seconds())
        except ValueError:
            return float(0.02 * 2**tries)

    # What lasts

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.endpoint_url!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("endpoint_api_key", "http_client")}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        vars(self).update(state, endpoint_api_key=os.environ.get(KEY_VARIABLE, ""), http_client=None)

    def __deepcopy__(self, memo: Any) -> Self:
        copied = type(self).__new__(type(self))
        vars(copied).update(vars(self), model_kwargs=copy.deepcopy(self.model_kwargs, memo))
        return copied

    def save(self, file_path: Any) -> None:
        with open(file_path, "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump(self.settings(), file)

    def settings(self) -> dict[str, Any]:
        """What a file has of it: not the key."""
        names = ("endpoint_url", "deployment_name", "model_kwargs", "timeout", "max_retries")
        return {name: getattr(self, name) for name in names}
