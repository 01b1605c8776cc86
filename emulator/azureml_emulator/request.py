"""A call on its way through one endpoint: its body parsed once, its own randomness, its ids."""

import json
import re
from functools import cached_property
from typing import Any

from azureml_emulator.draw import Draw, canonical
from azureml_emulator.errors import BadBody
from azureml_emulator.wire import Call

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]+")


def decode(body: bytes) -> Any:
    """Parse a body as Microsoft's inference server does: strict UTF-8, then Python's JSON, NaN included.

    Raises `BadBody` in that server's words (measured, azmlinfsrv 1.5.1).
    """
    if not body:
        raise BadBody("POST body is empty. Expecting a JSON dictionary.", "Expecting value")
    try:
        return json.loads(body.decode())
    except UnicodeDecodeError as error:
        raise BadBody(f"Input cannot be decoded as UTF-8: {error}", "Invalid UTF-8", error.start) from None
    except json.JSONDecodeError as error:
        raise BadBody(f"POST body could not be decoded as JSON: {error}", error.msg, error.pos) from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets thousands deep
        raise BadBody(f"POST body could not be decoded as JSON: {error}", str(error)) from None


class Request:
    """What the front door and the container know about a call.

    `document` is the parsed body, or the `BadBody` that says why there is none.
    """

    def __init__(self, call: Call, path: str) -> None:
        self.call = call
        self.path = path
        self.document: Any
        try:
            self.document = decode(call.body)
        except BadBody as error:
            self.document = error
        self.draw = Draw()

    @property
    def deployment(self) -> str:
        """The deployment that the caller chose by header, or nothing."""
        return self.call.headers.get("azureml-model-deployment", "")

    @cached_property
    def identity(self) -> bytes:
        """What makes two requests the same one: method, path, chosen deployment, and the body's JSON value."""
        if isinstance(self.document, BadBody):
            body = self.call.body
        else:
            try:
                body = canonical(self.document)
            except RecursionError:
                body = self.call.body
        head = f"{self.call.method} {self.path} {self.deployment}\n"
        return head.encode("utf-8", "surrogateescape") + body

    @cached_property
    def guid(self) -> str:
        """The service's own id of this request; a caller's `x-request-id` is overwritten (documented)."""
        return self.draw.guid(b"request")

    @property
    def client_id(self) -> str:
        """The caller's `x-ms-client-request-id`: letters, digits, `-` and `_`, cut to 40 (documented).

        An id with other characters is dropped as a whole (unverified).
        """
        given = self.call.headers.get("x-ms-client-request-id", "")
        return given[:40] if _CLIENT_ID.fullmatch(given) else ""

    @property
    def caller_id(self) -> str:
        """The id under which the container logs the request: the caller's, else the service's."""
        return self.client_id or self.guid
