"""Clients that are correct, too, and as unlike the first one as people's own are."""

import asyncio
import os
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse
from time import sleep, time
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from contract_tests.zoo.clients import KEY_VARIABLE, RETRIED, Caller
from contract_tests.zoo.failures import CallFailed
from contract_tests.zoo.reference import Reference, Serverless
from contract_tests.zoo.specimens import correct


class Refusal(Exception):
    """Says little in its text, and has the rest as attributes."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__("the endpoint refused")
        self.status_code, self.content = response.status_code, response.content
        self.headers = dict(response.headers)


@correct("gpt2", formatter=Reference)
class OverRequests:
    """Goes over requests, keeps the key in a closure, takes no HTTP client, and misses its formatter late.

    Neither its batch nor its errors are LangChain's, and it does not stream.
    """

    def __init__(
        self,
        *,
        endpoint_url: str,
        endpoint_api_key: str,
        content_formatter: Any = None,
        endpoint_api_type: str = "dedicated",
        deployment_name: str | None = None,
        model_kwargs: dict[str, Any] | None = None,
        timeout: float | None = None,
        max_retries: int = 0,
    ) -> None:
        self.url, self.kind, self.content_formatter = endpoint_url, endpoint_api_type, content_formatter
        self.deployment, self.model_kwargs = deployment_name, dict(model_kwargs or {})
        self.timeout, self.max_retries = timeout, max_retries
        self.key = lambda: endpoint_api_key

    def invoke(self, prompt: Any, stop: Any = None, **options: Any) -> Any:
        formatter = self.content_formatter
        if formatter is None:
            raise TypeError("no content formatter was given")
        parameters = {**self.model_kwargs, **options, **({"stop": stop} if stop else {})}
        answer = self._post(formatter.format_request_payload(prompt, parameters, self.kind))
        return formatter.format_response_payload(answer, self.kind)

    async def ainvoke(self, prompt: Any, stop: Any = None, **options: Any) -> Any:
        return await asyncio.to_thread(self.invoke, prompt, stop, **options)

    def batch(self, prompts: list[Any], **options: Any) -> list[Any]:
        return [self.invoke(one, **options) for one in prompts]

    def _post(self, body: bytes) -> bytes:
        headers = {"content-type": self.content_formatter.content_type, "accept": self.content_formatter.accepts}
        headers["authorization"] = f"bearer {self.key()}"
        if self.deployment:
            headers["azureml-model-deployment"] = self.deployment
        left = self.max_retries
        while True:
            response = requests.post(self.url, body, headers=headers, timeout=self.timeout, allow_redirects=False)
            if response.status_code == requests.codes.ok:
                return response.content
            if response.status_code not in RETRIED or not left:
                raise Refusal(response)
            left -= 1
            sleep(_asked(response.headers))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "key"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, key=lambda: os.environ[KEY_VARIABLE])


def _asked(headers: Any) -> float:
    """Give the seconds that an endpoint asks to wait; none where it does not."""
    said = headers.get("retry-after", "0")
    if said.isdigit():
        return float(said)
    return max(0.0, parsedate_to_datetime(said).timestamp() - time())


@correct("completions", formatter=Serverless)
class FollowsAtHome(Caller):
    """Follows redirects that stay at the endpoint's own address, with the key, and others without it."""

    def exchanged(self, connection: HTTPConnection, body: bytes) -> HTTPResponse:
        try:
            return super().exchanged(connection, body)
        except CallFailed as error:
            location = error.headers.get("location", "")
            if error.status not in (307, 308) or not location:
                raise
            target = urljoin(self.url(), location)
            connection.close()
            connection.host, connection.port = urlsplit(target).hostname or "", urlsplit(target).port or 80
            connection.request("POST", urlsplit(target).path, body, self.headers_for(target))
            response = connection.getresponse()
            return response if response.status == requests.codes.ok else self.failed(response)

    def headers_for(self, target: str) -> dict[str, str]:
        known = self.authorization() if urlsplit(target)[:2] == urlsplit(self.url())[:2] else {}
        return {**self.media_types(), **known}
