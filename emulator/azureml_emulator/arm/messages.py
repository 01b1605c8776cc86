"""What goes into the control plane and what comes out: values, as the engine's are."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple


class Request(NamedTuple):
    """One request to Azure Resource Manager, read whole.

    `path` is as sent, percent-encoded; `headers` is looked up by lower-case name; `base` is scheme and host of the
    control plane as the caller knows them, for the URLs to poll; `at` is the arrival in Unix seconds.
    """

    method: str
    path: str
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes = b""
    base: str = "https://localhost"
    at: float = 0.0


class Response(NamedTuple):
    """One answer: `value` is sent as JSON, or nothing if it is None.

    `opens` names the endpoints whose own port is to be opened before the answer is sent, with its number or 0 for
    any, `closes` those whose port is to be closed.
    """

    status: int
    value: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    opens: Mapping[str, int] = {}
    closes: tuple[str, ...] = ()

    @property
    def body(self) -> bytes:
        """The value as bytes."""
        return b"" if self.value is None else json.dumps(self.value).encode()
