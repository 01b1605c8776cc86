"""A client as the checks call it: LangChain's settings, `invoke`, `stream`, `batch` and their async twins.

Answers are texts, or messages with a text in `.content`. What it raises comes as `Raised`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from azureml_contract.broken import Broken, Raised, Refused, Told, theirs
from azureml_contract.factory import Factory
from azureml_contract.formatter import Formatter, text_of
from azureml_contract.stage import KEY, Stage
from azureml_contract.wire import Asked, Wire

_NO_MORE = object()


class Client:
    """A fresh client from a factory; `made` is the person's own object."""

    def __init__(self, made: Any) -> None:
        self.made = made

    def invoke(self, prompt: Any, **options: Any) -> str:
        """Ask, and give the answer's text."""
        return _said(self._guarded("invoke", lambda: self.made.invoke(prompt, **options)))

    def ainvoke(self, prompt: Any, **options: Any) -> str:
        """Ask likewise, on an event loop of its own."""
        return _said(self._guarded("ainvoke", lambda: asyncio.run(_awaited(self.made.ainvoke(prompt, **options)))))

    def batch(self, prompts: list[Any], **options: Any) -> list[str]:
        """Ask several things."""
        return list(map(_said, self._guarded("batch", lambda: self.made.batch(prompts, **options))))

    def abatch(self, prompts: list[Any], **options: Any) -> list[str]:
        """Ask several things, on an event loop of its own."""
        answers = self._guarded("abatch", lambda: asyncio.run(_awaited(self.made.abatch(prompts, **options))))
        return list(map(_said, answers))

    def stream(self, prompt: Any, **options: Any) -> Iterator[str]:
        """Ask, and give the answer's text piece by piece; closing this closes what the client gave."""
        pieces = self._guarded("stream", lambda: iter(self.made.stream(prompt, **options)))
        try:
            while True:
                with theirs("stream"):
                    piece = next(pieces, _NO_MORE)
                if piece is _NO_MORE:
                    return
                yield _said(piece)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    def astream(self, prompt: Any, **options: Any) -> list[str]:
        """Ask likewise, on an event loop of its own; give all pieces."""

        async def pieces() -> list[Any]:
            source: AsyncIterator[Any] = self.made.astream(prompt, **options)
            return [piece async for piece in source]

        return list(map(_said, self._guarded("astream", lambda: asyncio.run(pieces()))))

    def _guarded(self, call: str, work: Callable[[], Any]) -> Any:
        with theirs(call):
            return work()


async def _awaited(given: Any) -> Any:
    return await given


def _said(given: Any) -> str:
    text = text_of(given)
    if text is None:
        raise Broken(
            f"The client gave a {type(given).__name__}, which has no text.", expected=Told("a text"), got=given
        )
    return text


NOTHING: Final = Told("(nothing)")
"""Stands on a report for what was not sent."""

LEFT_OUT: Final[Any] = Told("(left out)")
"""Stands for a setting that is not passed at all."""


@dataclass(frozen=True)
class Clients:
    """A client as the subject of checks: made afresh for the endpoint on the stage, with a fresh formatter."""

    factory: Factory
    formatter: Factory
    wire: Wire
    stage: Stage
    kind: str = "client"

    def __call__(self, **settings: Any) -> Client:
        """Make a fresh one, with LangChain's settings and these. Raises `Raised` if that fails."""
        with theirs("the client's constructor"):
            usual = {
                "endpoint_url": self.stage.endpoint.url,
                "endpoint_api_key": KEY,
                "endpoint_api_type": self.wire.api_type,  # LangChain 0.4.2 takes the name, and not the member
                "content_formatter": self.formatter(),
            }
            given = {**usual, **settings}
            return Client(self.factory(**{name: value for name, value in given.items() if value is not LEFT_OUT}))

    def without_retries(self, **settings: Any) -> Client:
        """Make a fresh one that tries nothing again, as far as it can be told. Raises `Raised`."""
        try:
            return self(max_retries=0, **settings)
        except Raised:  # there may be no such setting, which is for C06 to say
            return self(**settings)

    def plain_formatter(self) -> Formatter:
        """Give a fresh formatter as checks call it: what it makes of a request is what the client is to send."""
        return Formatter(self.formatter, self.wire)

    def asked(self) -> list[Asked]:
        """Give what the endpoint reads out of what came since the stage was cleared. Raises `Broken`."""
        found = []
        for call in self.stage.came:
            try:
                found.append(self.wire.asked(call.body))
            except Refused as refused:
                raise Broken(f"The endpoint cannot read what the client sent: {refused}.", body=call.body) from None
        return found

    def asked_by(self, work: Callable[[], Any]) -> Asked:
        """Clear the stage, do some work with a client, and give what the endpoint was asked first.

        The work may fail once something was sent: endpoints refuse things. Raises `Raised` if nothing was sent, and
        `Broken`.
        """
        self.stage.clear()
        failed = None
        try:
            work()
        except Raised as raised:
            failed = raised
        if not self.stage.came:
            raise failed or Broken("The client returned, and nothing had been sent.")
        return self.asked()[0]

    def request_by(self, work: Callable[[], Any]) -> dict[str, Any]:
        """Do some work likewise, and give the first request as it can be compared and shown. Raises likewise."""
        asked = self.asked_by(work)
        return {"path": self.stage.came[0].path, "prompts": asked.prompts, **asked.parameters}
