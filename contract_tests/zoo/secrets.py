"""Clients that show the key which opens the endpoint."""

import logging
from http.client import HTTPResponse
from typing import Any

from contract_tests.zoo.clients import Caller
from contract_tests.zoo.failures import CallFailed
from contract_tests.zoo.reference import Chat, DedicatedChat, Reference, Serverless
from contract_tests.zoo.specimens import broken


@broken("R19", formatter=Reference)
class ShowsSettings(Caller):
    """Shows all its settings in its repr."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({vars(self)!r})"


@broken("R19", schema="completions", formatter=Serverless)
class ShowsHeaders(Caller):
    """Shows the request's headers in the error of a call that is refused."""

    def failed(self, response: HTTPResponse) -> HTTPResponse:
        raise CallFailed(
            f"{response.status} for {self.headers()}", response.status, response.read(), response.headers
        )


@broken("R19", schema="llama-chat", formatter=DedicatedChat)
class NotesTheKey(Caller):
    """Notes the key on the error of a connection that is refused."""

    def exchanged(self, connection: Any, body: bytes) -> HTTPResponse:
        try:
            return super().exchanged(connection, body)
        except CallFailed as error:
            if not error.connected:
                error.add_note(f"called with {self.endpoint_api_key}")
            raise


@broken("R19", schema="chat", formatter=Chat)
class LogsHeaders(Caller):
    """Logs the headers of each request, for whoever looks for bugs."""

    def headers(self) -> dict[str, str]:
        headers = super().headers()
        logging.getLogger(__name__).debug("sending %s", headers)
        return headers


@broken("R19", formatter=Reference)
class ShowsWhatItWasGiven(Caller):
    """Shows all that it was given in the error about a formatter that is missing."""

    def admit(self) -> None:
        if self.content_formatter is None:
            raise ValueError(f"content_formatter is missing in {vars(self)}")
