"""A call on its way through one endpoint: its body parsed once, its own randomness, its ids."""

import codecs
import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from azureml_emulator.draw import Draw, canonical
from azureml_emulator.errors import BadBody, Unreadable
from azureml_emulator.inference_servers import Ids
from azureml_emulator.latency import UNHURRIED
from azureml_emulator.memo import Turns
from azureml_emulator.wire import Call

_UNREAD = object()
_DEEPEST = 200
"""Levels of nesting that whoever handles the value later can surely follow; Python's own parser allows some more."""

_QUOTED = "azureml_emulator.quoted"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]+")


def parse(body: bytes) -> Any:
    """Parse a body, or give the `BadBody` that says why it cannot be."""
    try:
        return _decoded(body)
    except BadBody as error:
        return error


def _decoded(body: bytes) -> Any:
    """Decode as Microsoft's inference server does, and in its words: Python's JSON, NaN included.

    Python also reads UTF-8 with a byte order mark, UTF-16 and UTF-32. Measured with azmlinfsrv 1.5.1, but for the
    limit to nesting, which is the emulator's own.
    """
    if not body:
        raise BadBody("POST body is empty. Expecting a JSON dictionary.", "Expecting value")
    try:
        document = json.loads(body.decode())
    except (ValueError, RecursionError):
        document = _loaded(body)
    if body.count(b"[") + body.count(b"{") > _DEEPEST and _depth(document) > _DEEPEST:
        raise BadBody("POST body could not be decoded as JSON: it is nested too deep", "Nested too deep")
    return document


def _loaded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        raise BadBody(f"POST body could not be decoded as JSON: {error}", error.msg, error.pos) from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"POST body cannot be read: {error}", str(error)) from None


def asked(query: str) -> dict[str, Any]:
    """Read a query as azmlinfsrv does (measured): values are JSON or else text, a list if there are several.

    Escaped bytes that are no UTF-8 stay escaped.
    """
    values: dict[str, list[Any]] = {}
    for name, text in parse_qsl(query, keep_blank_values=True, errors=_QUOTED):
        values.setdefault(name, []).append(_queried(text))
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _quoted(error: UnicodeError) -> tuple[str, int]:
    """Leave escaped what cannot be decoded."""
    assert isinstance(error, UnicodeDecodeError)
    return "".join(f"%{byte:02X}" for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_QUOTED, _quoted)


def _queried(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def text_of(call: Call) -> str:
    """Give a body as azmlinfsrv gives it to a run() that is not decorated (measured): a form comes as no text."""
    if call.headers.get("content-type", "").partition(";")[0].strip().lower() in _FORMS:
        return ""
    try:
        return call.body.decode()
    except UnicodeDecodeError as error:
        raise BadBody(f"Input cannot be decoded as UTF-8: {error}", "Invalid UTF-8", error.start) from None


def _depth(document: Any) -> int:
    """Count the levels of a JSON value."""
    level, depth = [document], 0
    while level := [one for value in level for one in _inner(value)]:
        depth += 1
    return depth


def _inner(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


class Request:
    """What the front door and the container know about a call.

    `deployment` is the one that the caller chose by header, or nothing; `guid` the service's own id of this
    request, since a caller's `x-request-id` is overwritten (documented); `client_id` the caller's
    `x-ms-client-request-id`, cut to 40 characters (documented), or nothing if it has others than letters, digits,
    `-` and `_` (unverified); `admitted` whether the key was right; `before` how often this very request came before;
    `door` whether a front door stands before the container; `load` what else the deployment is doing then; `turns`
    the turns that it takes with answer sources that count, if they do; `hang_up` is to be called with the time when
    the caller goes away before the end.
    """

    __slots__ = (
        "_document",
        "_ids",
        "admitted",
        "before",
        "call",
        "client_id",
        "deployment",
        "door",
        "draw",
        "guid",
        "hang_up",
        "load",
        "path",
        "turns",
    )

    def __init__(self, call: Call, path: str, admitted: bool = True, door: bool = True) -> None:
        self.call = call
        self.path = path
        self.deployment = call.headers.get("azureml-model-deployment", "") if door else ""
        given = call.headers.get("x-ms-client-request-id")
        self.client_id = given[:40] if given and _CLIENT_ID.fullmatch(given) else ""
        self.admitted = admitted
        self.door = door
        self.before = 0
        self.load = UNHURRIED
        self.turns: Turns | None = None
        self.hang_up: Callable[[float], None] | None = None
        self._document: Any = _UNREAD
        self._ids: Ids | None = None

    def drawn_from(self, draw: Draw) -> None:
        """Take the request's own randomness."""
        self.draw = draw
        self.guid = draw.guid(b"request")

    @property
    def document(self) -> Any:
        """The parsed body, or the `BadBody` that says why there is none."""
        if self._document is _UNREAD:
            self._document = parse(self.call.body)
        return self._document

    @property
    def spelling(self) -> tuple[bytes, str, str, str, str, bool]:
        """What makes two calls the same to the byte."""
        call = self.call
        return call.body, call.method, self.path, call.query, self.deployment, self.admitted

    @property
    def identity(self) -> bytes:
        """What makes two calls the same request: method, path (for GET with its query), deployment, the body's JSON.

        One with a wrong key is another request, so that it does not count for the one with the right key.
        """
        call, document = self.call, self.document
        path = f"{self.path}?{call.query}" if call.method == "GET" and call.query else self.path
        head = f"{call.method} {path} {self.deployment} {self.admitted}\n".encode("utf-8", "surrogateescape")
        return head + (call.body if isinstance(document, BadBody) else canonical(document))

    @property
    def ids(self) -> Ids:
        """The ids as the container hears them: through the front door, or just as they were sent."""
        if self._ids is None:
            sent = self.call.headers
            legacy, trace = sent.get("x-ms-request-id", ""), sent.get("traceid", "")
            if self.door:
                self._ids = Ids(self.guid, self.client_id, legacy, trace)
            else:
                own = sent.get("x-request-id", self.guid)
                self._ids = Ids(own, sent.get("x-ms-client-request-id", ""), legacy, trace, door=False)
        return self._ids
