"""A client that listens: what it hears of streams which are written for it, byte by byte."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from azureml_contract.broken import Broken, Raised, Told, theirs
from azureml_contract.client import Client, Clients
from azureml_contract.formatter import text_of
from azureml_contract.patience import Endless, within
from azureml_contract.script import Script, excerpt
from azureml_contract.wire import Wire

PATIENCE = 5.0
"""Seconds after which a client that has not come to the end of a short stream never will."""

_GAP = 0.001
"""Seconds between two writes, so that they are not read as one."""

_MOST_PIECES = 10_000
_LABELS = ("the stream says", "you get")


@dataclass(frozen=True)
class Heard:
    """What came of a stream: the text of all pieces, and what was raised, if anything was."""

    text: str
    raised: Raised | None = None

    @property
    def told(self) -> str:
        """What a person gets: the text, or the error."""
        return self.text if self.raised is None else f"{self.raised.name}: {self.raised.error}"


class Listener:
    """A client on a stage, whose streams are written by the checks.

    `streams` says whether it asks for streams at all; `roads` are `stream` and, if it has that, `astream`.
    """

    def __init__(self, client: Client, wire: Wire, reel: Any, loop: asyncio.Runner) -> None:
        self.client, self.reel, self.script, self._loop = client, reel, Script(wire), loop
        self.roads = ["stream", "astream"] if hasattr(client.made, "astream") else ["stream"]
        self.hear(self.script.written("a"))
        self.streams = not reel.streamed or reel.streamed[-1]

    def load(self, writes: Sequence[tuple[float, bytes]], torn: bool = False) -> None:
        """Have a stream written so, at these seconds, from the next call on."""
        self.reel.load(writes, torn)
        self.patience = PATIENCE + writes[-1][0]

    def hear(self, writes: Sequence[bytes], road: str = "stream", torn: bool = False) -> Heard:
        """Listen to a stream that is written so. Raises `Endless`, and `Broken` for pieces that have no text."""
        self.load([(_GAP * number, data) for number, data in enumerate(writes)], torn)
        pieces: list[str] = []

        def take(piece: str) -> bool:
            pieces.append(piece)
            if len(pieces) > _MOST_PIECES:
                raise Endless
            return False

        try:
            self.follow(road, take)
        except Raised as raised:
            return Heard("".join(pieces), raised)
        return Heard("".join(pieces))

    def reads(self, *texts: str) -> bool:
        """Tell whether it reads these texts of a stream that is like any other."""
        return self.hear(self.script.written(*texts)) == Heard("".join(texts))

    def must_read(self, writes: Sequence[bytes], text: str, when: str, case: Any, roads: Sequence[str] = ()) -> None:
        """Raise `Broken` unless each road gives a text when, as `when` says, the stream is written so."""
        for road in roads or self.roads:
            heard = self.hear(writes, road)
            if heard.raised is not None:
                summary = f"{road}() raises {heard.raised.name} when {when}."
                expected, got = Told(repr(text)), Told(heard.told)
                raise Broken(summary, case, expected, got, excerpt(writes), _LABELS)
            if heard.text != text:
                summary = f"The text that {road}() gives is not the stream's when {when}."
                raise Broken(summary, case, text, heard.text, excerpt(writes), _LABELS)

    def follow(self, road: str, take: Callable[[str], bool], afterwards: Callable[[], Any] = bool) -> None:
        """Take each piece, and leave the loop when that gives true; do something `afterwards`, before a loop ends.

        Raises `Endless`, `Raised` and `Broken`.
        """
        if road == "astream":
            within(self.patience, lambda: self._loop.run(self._afollow(take, afterwards)))
        else:
            within(self.patience, lambda: self._follow(take))
            afterwards()

    def _follow(self, take: Callable[[str], bool]) -> None:
        for piece in self.client.stream("Hi"):
            if take(piece):
                break

    async def _afollow(self, take: Callable[[str], bool], afterwards: Callable[[], Any]) -> None:
        with theirs("astream", Endless):
            async for piece in self.client.made.astream("Hi"):
                if take(_text(piece)):
                    break
        await asyncio.to_thread(afterwards)


def _text(piece: Any) -> str:
    text = text_of(piece)
    if text is None:
        raise Broken(f"A piece is a {type(piece).__name__}, which has no text.", expected="a text", got=piece)
    return text


@contextmanager
def listening(subject: Clients, wire: Wire, **settings: Any) -> Iterator[Listener]:
    """Have a fresh client listen on the stage for as long as the block lasts. Raises `Broken` if it never stops."""
    from azureml_contract.reel import Reel

    reel = Reel()
    with subject.stage.endpoint.changed(faults=[reel]):
        loop = asyncio.Runner()
        try:
            yield Listener(subject(**settings), wire, reel, loop)
        except Endless:
            sent = b"".join(data for _, data in reel.films[-1][0])
            got = f"still listening after {PATIENCE:.0f} s"
            summary = "The client goes on for ever when a stream is over."
            raise Broken(summary, sent, Told("an end"), Told(got), excerpt([sent])) from None
        finally:
            with suppress(Endless):
                within(1.0, loop.close)
