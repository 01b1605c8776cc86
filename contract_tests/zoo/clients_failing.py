"""Clients that bear failures badly: errors that say nothing, tries too many or too few, and no end of patience."""

import math
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.error import HTTPError

from contract_tests.zoo.clients import Caller
from contract_tests.zoo.failures import CallFailed, StreamFailed
from contract_tests.zoo.reference import Chat, Reference
from contract_tests.zoo.specimens import broken


@broken("C05", formatter=Reference)
class ErrorOfTheLibrary(Caller):
    """Raises what urllib raises, and loses what the endpoint said."""

    def fetch(self, body: bytes) -> bytes:
        try:
            return super().fetch(body)
        except CallFailed as error:
            raise HTTPError(self.url(), error.status or 0, "Failed", error.headers, None) from None


@broken("C05", formatter=Reference)
class ErrorAsAnswer(Caller):
    """Returns what the endpoint said as if the model had said it."""

    def invoke(self, input: Any, config: Any = None, *, stop: Any = None, **options: Any) -> str:  # noqa: A002
        try:
            return super().invoke(input, config, stop=stop, **options)
        except CallFailed as error:
            return error.body


@broken("C05", formatter=Reference)
class ErrorWithoutId(Caller):
    """Does not say which request it was."""

    def failed(self, response: HTTPResponse) -> HTTPResponse:
        headers = {name.lower(): value for name, value in response.getheaders() if name.lower() != "x-request-id"}
        raise CallFailed(f"the endpoint answered {response.status}", response.status, response.read(), headers)


@broken("C05", formatter=Reference)
class ModelStatusLost(Caller):
    """Does not say what the model itself answered."""

    def failed(self, response: HTTPResponse) -> HTTPResponse:
        headers = {name: response.headers.get(name, "") for name in ("x-request-id", "retry-after", "date")}
        raise CallFailed(f"the endpoint answered {response.status}", response.status, response.read(), headers)


@broken("C06", formatter=Reference)
class NeverTriesAgain(Caller):
    """Ignores `max_retries`."""

    def helps(self, error: CallFailed) -> bool:
        return False


@broken("C06", formatter=Reference)
class CountsTriesAsRetries(Caller):
    """Takes `max_retries` for the number of all tries."""

    def admit(self) -> None:
        super().admit()
        self.max_retries -= 1


@broken("C06", formatter=Reference)
class TriesOnceTooOften(Caller):
    """Counts from zero."""

    def admit(self) -> None:
        super().admit()
        self.max_retries += 1


@broken("C06", formatter=Reference)
class TriesAnythingAgain(Caller):
    """Tries again what can only fail again."""

    def helps(self, error: CallFailed) -> bool:
        return True


@broken("C06", formatter=Reference)
class Impatient(Caller):
    """Does not look at Retry-After."""

    def pause(self, error: CallFailed, tries: int) -> float:
        return 0.02


@broken("C06", formatter=Reference)
class ReadsNoDates(Caller):
    """Reads Retry-After as seconds only."""

    def pause(self, error: CallFailed, tries: int) -> float:
        asked = error.headers.get("retry-after", "")
        return float(asked) if asked.isdigit() else 0.02


@broken("C06", schema="chat", formatter=Chat)
class BeginsStreamsAgain(Caller):
    """Tries a stream again that broke, and says its beginning twice."""

    def stream(self, input: Any, config: Any = None, *, stop: Any = None, **options: Any) -> Iterator[str]:  # noqa: A002
        for left in reversed(range(self.max_retries + 1)):
            try:
                yield from super().stream(input, config, stop=stop, **options)
            except StreamFailed:
                if not left:
                    raise
            else:
                return


@broken("C07", formatter=Reference)
class WholeSeconds(Caller):
    """Takes a timeout in whole seconds only."""

    def admit(self) -> None:
        super().admit()
        if not isinstance(self.timeout, int) and self.timeout != 50.0:
            raise TypeError("timeout must be an int")


@broken("C07", formatter=Reference)
class RoundsUp(Caller):
    """Rounds a timeout up."""

    def connection(self, url: str) -> HTTPConnection:
        connection = super().connection(url)
        connection.timeout = math.ceil(self.timeout)
        return connection


@broken("C07", formatter=Reference)
class RoundsDown(Caller):
    """Rounds a timeout down."""

    def connection(self, url: str) -> HTTPConnection:
        connection = super().connection(url)
        connection.timeout = int(self.timeout)
        return connection


@broken("C07", formatter=Reference)
class WaitsForever(Caller):
    """Ignores the timeout."""

    def connection(self, url: str) -> HTTPConnection:
        connection = super().connection(url)
        connection.timeout = None
        return connection
