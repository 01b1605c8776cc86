"""Clients that send the wrong thing, or keep what is not theirs; each differs from the correct one in a step."""

import asyncio
import copy
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from http.client import HTTPConnection, HTTPResponse
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit

from contract_tests.zoo.clients import Caller
from contract_tests.zoo.reference import Chat, Reference
from contract_tests.zoo.specimens import broken


@broken("C01", formatter=Reference)
class KeyInAddress(Caller):
    """Sends the key as a query parameter, too."""

    def url(self) -> str:
        return f"{self.endpoint_url}?api-key={self.endpoint_api_key}"


@broken("C01", schema="chat", formatter=Chat)
class BareKey(Caller):
    """Leaves out `Bearer`."""

    def authorization(self) -> dict[str, str]:
        return {"Authorization": self.endpoint_api_key}


@broken("C01", schema="chat", formatter=Chat)
class KeyHeaderOfOpenAI(Caller):
    """Sends the key as `api-key`."""

    def authorization(self) -> dict[str, str]:
        return {"api-key": self.endpoint_api_key}


@broken("C01", formatter=Reference)
class DeploymentAlways(Caller):
    """Names a deployment where none was asked for."""

    def routing(self) -> dict[str, str]:
        return {"azureml-model-deployment": self.deployment_name or "default"}


@broken("C01", formatter=Reference)
class DeploymentForgotten(Caller):
    """Never names the deployment."""

    def routing(self) -> dict[str, str]:
        return {}


@broken("C01", formatter=Reference)
class KeyInBody(Caller):
    """Puts the key among the parameters."""

    def payload(self, asked: Any, parameters: dict[str, Any]) -> bytes:
        return super().payload(asked, {**parameters, "api_key": self.endpoint_api_key})


@broken("C02", formatter=Reference)
class HeadersOfItsOwn(Caller):
    """Always says JSON, and never what it accepts."""

    def media_types(self) -> dict[str, str]:
        return {"Content-Type": "application/json"}


@broken("C02", formatter=Reference)
class AcceptsWhatItSends(Caller):
    """Takes `Accept` from the content type."""

    def media_types(self) -> dict[str, str]:
        return dict.fromkeys(("Content-Type", "Accept"), self.content_formatter.content_type)


@broken("C03", formatter=Reference)
class KeepsArguments(Caller):
    """Merges a call's arguments into the constructor's."""

    def parameters(self, stop: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        self.model_kwargs = super().parameters(stop, options)
        return self.model_kwargs


@broken("C03", formatter=Reference)
class KeepsArgumentsOfFailures(Caller):
    """Puts the constructor's arguments back after a call, unless it failed."""

    def invoke(self, input: Any, config: Any = None, *, stop: Any = None, **options: Any) -> str:  # noqa: A002
        before = self.model_kwargs
        self.model_kwargs = self.parameters(stop, options)
        answer = super().invoke(input, config)
        self.model_kwargs = before
        return answer


@broken("C03", schema="chat", formatter=Chat)
class StreamMovesIt(Caller):
    """Has another address after a stream."""

    def stream(self, input: Any, config: Any = None, *, stop: Any = None, **options: Any) -> Iterator[str]:  # noqa: A002
        yield from super().stream(input, config, stop=stop, **options)
        self.endpoint_url = self.endpoint_url.replace("/models/chat/", "/chat/")


@broken("C03", formatter=Reference)
class SharesBetweenThreads(Caller):
    """Keeps the parameters of the call that is being made where all threads find them."""

    def parameters(self, stop: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        self.current = super().parameters(stop, options)
        return self.current

    def payload(self, asked: Any, parameters: dict[str, Any]) -> bytes:
        threading.Event().wait(0.001)
        return super().payload(asked, self.current)


@broken("C04", formatter=Reference)
class StopIgnored(Caller):
    """Sends no stop words."""

    def parameters(self, stop: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        return super().parameters(None, options)


@broken("C04", formatter=Reference)
class EmptyStopSent(Caller):
    """Sends an empty list of stop words."""

    def parameters(self, stop: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        return {**super().parameters(stop, options), **({} if stop is None else {"stop": stop})}


@broken("C04", formatter=Reference)
class StopNullSent(Caller):
    """Sends `stop: null` where there is nothing to send."""

    def parameters(self, stop: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        return {"stop": None, **super().parameters(stop, options)}


@broken("C04", formatter=Reference)
class StopOfConstructorWins(Caller):
    """Prefers the constructor's stop words to the call's."""

    def parameters(self, stop: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        parameters = super().parameters(stop, options)
        return {**parameters, **{name: self.model_kwargs[name] for name in ("stop",) if name in self.model_kwargs}}


@broken("C04", schema="chat", formatter=Chat)
class StopMisnamed(Caller):
    """Calls the stop words as another API does."""

    def parameters(self, stop: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        return {**super().parameters(None, options), **({"stop_sequences": stop} if stop else {})}


@broken("C08", formatter=Reference)
class FormatterForgotten(Caller):
    """Does not look whether there is a formatter."""

    def admit(self) -> None:
        """Take anything."""


@broken("C08", formatter=Reference)
class SendsThePromptAsItIs(FormatterForgotten):
    """Needs no formatter, it thinks."""

    def payload(self, asked: Any, parameters: dict[str, Any]) -> bytes:
        return super().payload(asked, parameters) if self.content_formatter else str(asked).encode()

    def media_types(self) -> dict[str, str]:
        return super().media_types() if self.content_formatter else {"Content-Type": "text/plain"}


@broken("C09", formatter=Reference)
class HttpClientReplaced(Caller):
    """Takes an HTTP client, and makes one of its own in its place."""

    def admit(self) -> None:
        super().admit()
        self.http_client = None


@broken("C10", formatter=Reference)
class AsyncForgetsStop(Caller):
    """Has a second road, which drops the stop words."""

    async def ainvoke(self, input: Any, config: Any = None, *, stop: Any = None, **options: Any) -> str:  # noqa: A002
        return await super().ainvoke(input, config, **options)


@broken("C10", formatter=Reference)
class AsyncForgetsDeployment(Caller):
    """Has a second road, on which the traffic split chooses."""

    async def ainvoke(self, input: Any, config: Any = None, *, stop: Any = None, **options: Any) -> str:  # noqa: A002
        other = copy.copy(self)
        other.endpoint_api_key, other.deployment_name = self.endpoint_api_key, ""
        return await asyncio.to_thread(other.invoke, input, config, stop=stop, **options)


@broken("C10", formatter=Reference)
class BatchAsItComes(Caller):
    """Gives a batch's answers as they come."""

    def batch(self, inputs: list[Any], config: Any = None, **options: Any) -> list[str]:
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(self.invoke, one, config, **options) for one in inputs]
            return [one.result() for one in as_completed(asked)]


@broken("C11", formatter=Reference)
class KeyInPickle(Caller):
    """Pickles all that it has."""

    def __getstate__(self) -> dict[str, Any]:
        return dict(vars(self))

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        vars(self).update(state)


@broken("C11", formatter=Reference)
class HoldsALock(Caller):
    """Cannot be copied, because of what it holds."""

    def admit(self) -> None:
        super().admit()
        self.lock = threading.Lock()

    def __deepcopy__(self, memo: Any) -> Self:
        copied = type(self).__new__(type(self))
        vars(copied).update({name: copy.deepcopy(value, memo) for name, value in vars(self).items()})
        return copied


@broken("C11", formatter=Reference)
class KeyInFile(Caller):
    """Saves the key with the rest."""

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "endpoint_api_key": self.endpoint_api_key}


@broken("C11", formatter=Reference)
class CopyForgetsParameters(Caller):
    """Makes a copy that lacks the parameters."""

    def __deepcopy__(self, memo: Any) -> Self:
        copied = super().__deepcopy__(memo)
        copied.model_kwargs = {}
        return copied


@broken("C12", formatter=Reference)
class FollowsAnywhere(Caller):
    """Follows a redirect to wherever it points, with all of its headers."""

    def exchanged(self, connection: HTTPConnection, body: bytes) -> HTTPResponse:
        response = self.sent(connection, body, urlsplit(self.url()))
        if response.status in (301, 302, 303, 307, 308):
            connection.close()
            target = urlsplit(response.headers["location"])
            connection.host, connection.port = target.hostname or "", target.port or 80
            response = self.sent(connection, body, target)
        return response if response.status == 200 else self.failed(response)

    def sent(self, connection: HTTPConnection, body: bytes, target: SplitResult) -> HTTPResponse:
        connection.request("POST", target.path, body, self.headers())
        return connection.getresponse()
