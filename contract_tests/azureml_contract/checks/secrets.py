"""Requests: where the key must not be seen that opens the endpoint."""

import logging
import socket
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from azureml_contract.broken import Broken, Raised
from azureml_contract.check import check
from azureml_contract.search import Search
from azureml_contract.stage import KEY
from azureml_contract.wire import Wire

_WRONG = "no-key-of-azureml-contract-9876543210"
_BAD_SETTINGS: tuple[dict[str, Any], ...] = (
    {"content_formatter": None},
    {"endpoint_url": "nowhere"},
    {"timeout": "soon"},
)


@check("R19", "no-secret-in-repr", subject="client")
def no_secret_in_repr(subject: Any, wire: Wire, search: Search) -> None:
    """Your API key is in no `repr`, in no error, and in no line of a log.

    These end up in notebooks, in reports of bugs and in other people's log stores, and a key opens the endpoint for
    whoever reads them. Keep it in a type that hides it, such as pydantic's SecretStr, and put it into a header at the
    last moment; do not show requests, headers or settings in errors.
    """
    with _log() as lines:
        client = _made(subject)
        for name, show in (("repr(client)", repr), ("str(client)", str)):
            _hidden(name, show(client.made))
            _hidden(f"{name[:4]}(content_formatter)", show(getattr(client.made, "content_formatter", None)))
        _failing(subject, wire)
    _hidden("the log", "\n".join(lines))


Call = Callable[[Any], Any]


def _failing(subject: Any, wire: Wire) -> None:
    """Look at the errors of settings that cannot be, and of calls that fail."""
    for settings in _BAD_SETTINGS:
        _error(f"the error of the constructor about {', '.join(settings)}", id, subject, settings)
    ways: dict[str, Call] = {"invoke": lambda client: client.invoke("a")}
    if wire.streams:
        ways["stream"] = lambda client: list(client.stream("a"))
    stage = subject.stage
    refused = _closed() + stage.endpoint.url.split("/", 3)[-1]
    for name, call in ways.items():
        _error(f"an error of {name}", call, subject)
        _error(f"the error of {name} for status 401", call, subject, {"endpoint_api_key": _WRONG})
        with stage.suffering({"type": "status", "status": 500}):
            _error(f"the error of {name} for status 500", call, subject)
        _error(f"the error of {name} for a refused connection", call, subject, {"endpoint_url": refused})


def _made(subject: Any, **settings: Any) -> Any:
    """Make a client that does not try again, if it can be told so."""
    try:
        return subject(max_retries=0, **settings)
    except Raised:
        return subject(**settings)


def _closed() -> str:
    """Give the address of a port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def _error(where: str, call: Call, subject: Any, settings: Mapping[str, Any] | None = None) -> None:
    """Look at the error of a call, or of the making, if there is one: with its notes, and at those that caused it."""
    try:
        call(_made(subject, **(settings or {})))
    except Raised as raised:
        error: BaseException | None = raised.error
        _hidden(where, "".join(traceback.format_exception(raised.error)))
        while error is not None:
            _hidden(where, f"{error!r} {error.args!r}")
            error = error.__cause__ or error.__context__
    except Broken:
        pass  # an answer without a text is the business of other checks


def _hidden(where: str, text: str) -> None:
    for key in (KEY, _WRONG):
        at = text.find(key)
        if at >= 0:
            raise Broken(f"Your API key appears in {where}.", got=text[max(0, at - 30) : at + len(key) + 10])


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def _log() -> Iterator[list[str]]:
    """Collect what is logged as long as the block lasts, however unimportant."""
    root, handler = logging.getLogger(), _Lines()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler.lines
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
