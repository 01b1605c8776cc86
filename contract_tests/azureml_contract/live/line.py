"""The way to a running endpoint: a bounded number of requests, one after the other, not too fast."""

import json
import os
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from azureml_contract.broken import Broken
from azureml_contract.usage import WrongUsage

PACE = 0.5
"""Seconds from one request to the next, at the least."""
TIMEOUTS = (10.0, 120.0)
"""Seconds to connect, and between two pieces of an answer."""
LONGEST = 10_000_000
"""Bytes of an answer that are read."""
HIDDEN = "(the key)"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_TYPE = "application/json"


@dataclass(frozen=True)
class Reply:
    """What an endpoint answered; a key that it repeats is taken out."""

    status: int
    body: bytes

    @property
    def document(self) -> Any:
        """The body's JSON value. Raises `Broken` if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            told = f"The endpoint answered {self.status} with a body that is not JSON: {error}."
            raise Broken(told, got=self.body, labels=("expected", "it said")) from None


class Line:
    """Sends bodies to a URL, at most `most` of them, `pace` seconds apart at the least."""

    def __init__(self, url: str, key: str = "", most: int = 1, pace: float = PACE) -> None:
        import requests

        self.url, self.pace, self.sent, self._most = url, pace, 0, most
        self.key = key
        self._session = requests.Session()
        self._next = 0.0

    def post(self, body: bytes, key: str | None = None) -> Reply:
        """Send a body, and give the answer, of whatever status; redirects are not followed.

        Raises `WrongUsage` where the endpoint cannot be reached, or wants to be left in peace.
        """
        import requests

        self.wait()
        opens = self.key if key is None else key

        def authorized(request: Any) -> Any:  # a function, so that no .netrc is asked
            if opens:
                request.headers["Authorization"] = f"Bearer {opens}"
            return request

        headers = {"Content-Type": _TYPE, "Accept": _TYPE}
        try:
            with self._session.post(
                self.url,
                data=body,
                headers=headers,
                auth=authorized,
                timeout=TIMEOUTS,
                allow_redirects=False,
                stream=True,
            ) as answer:
                data = b""
                for piece in answer.iter_content(65_536):
                    data += piece
                    if len(data) > LONGEST:
                        break
        except (requests.RequestException, UnicodeError) as error:
            raise WrongUsage(f"{self.url} cannot be reached: {_reason(error)}") from None
        if answer.status_code == 429:
            raise WrongUsage(f"{self.url} answered 429, too many requests; try again later, with a longer --pace")
        return Reply(answer.status_code, self.hide(data))

    def wait(self, requests: int = 1) -> None:
        """Wait until it is time for so many requests more. Raises `RuntimeError` if they are too many."""
        self.sent += requests
        if self.sent > self._most:
            raise RuntimeError(f"more than {self._most} requests")
        time.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + self.pace * requests

    def hide(self, data: bytes) -> bytes:
        """Take the key out of what is shown."""
        return data.replace(self.key.encode(), HIDDEN.encode()) if self.key else data

    def close(self) -> None:
        """Give up the connection."""
        self._session.close()


def _reason(error: Exception) -> str:
    """Say in a few words why; the innermost error says it best."""
    inner: BaseException = error
    while inner.args and isinstance(inner.args[0], BaseException):
        inner = inner.args[0]
    reason = getattr(inner, "reason", None) or inner
    return " ".join(str(reason).split())[-200:]


def address(url: str) -> str:
    """Give a URL that a key may be sent to. Raises `WrongUsage`."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise WrongUsage(f"--url: {error}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise WrongUsage(
            f"--url: expected one such as https://my-endpoint.westeurope.inference.ml.azure.com/score, not {url!r}"
        )
    if parts.username or parts.password:
        raise WrongUsage("--url: expected one without a name or password in it; a key is named with --key-env")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise WrongUsage("--url: expected https; over http, anybody on the way could read the key")
    return url


def key_of(variable: str) -> str:
    """Read a key from an environment variable, none if no variable is named. Raises `WrongUsage`."""
    if not variable:
        return ""
    key = os.environ.get(variable, "").strip()
    if not key:
        raise WrongUsage(f"--key-env: the environment variable {variable} is not set")
    if not key.isascii() or not key.isprintable():
        raise WrongUsage(f"--key-env: the environment variable {variable} holds what no key is made of")
    return key
