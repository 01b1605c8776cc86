"""Clients that read bytes of streams as they should not be read, each in one step: characters, lines, fields."""

import codecs
import json
from collections.abc import Iterator
from typing import Any

from contract_tests.zoo.clients import Caller
from contract_tests.zoo.reference import Chat, Serverless
from contract_tests.zoo.specimens import broken, correct


@correct("completions", formatter=Serverless)
class DecodesBytesAsTheyCome(Caller):
    """Keeps the bytes of a character until it is whole."""

    def chunks(self, response: Any) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder("utf-8")()
        for chunk in super().chunks(response):
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()


@correct("chat", formatter=Chat)
class ReadsALittle(Caller):
    """Reads seven bytes at a time at most."""

    def chunks(self, response: Any) -> Iterator[bytes]:
        while data := response.read1(7):
            yield data


@broken("T01", schema="completions", formatter=Serverless)
class DecodesEachChunk(Caller):
    """Decodes what it reads, as if characters were never cut."""

    def chunks(self, response: Any) -> Iterator[bytes]:
        for chunk in super().chunks(response):
            yield chunk.decode().encode()


@broken("T01", schema="chat", formatter=Chat)
class ReplacesHalves(Caller):
    """Likewise, and halves of characters become U+FFFD."""

    def chunks(self, response: Any) -> Iterator[bytes]:
        for chunk in super().chunks(response):
            yield chunk.decode("utf-8", "replace").encode()


@broken("T01", schema="completions", formatter=Serverless)
class DropsHalves(Caller):
    """Likewise, and halves of characters are dropped."""

    def chunks(self, response: Any) -> Iterator[bytes]:
        for chunk in super().chunks(response):
            yield chunk.decode("utf-8", "ignore").encode()


@broken("T01", schema="chat", formatter=Chat)
class TakesChunksForLines(Caller):
    """Takes the end of what it reads for the end of a line."""

    def lines(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield from chunk.removesuffix(b"\n").split(b"\n")


@broken("T01", schema="completions", formatter=Serverless)
class PassesOverTornEvents(TakesChunksForLines):
    """Likewise, and what is no JSON then is passed over in silence."""

    def event(self, data: str) -> Any:
        try:
            return super().event(data)
        except json.JSONDecodeError:
            return {"choices": []}


@broken("T02", schema="chat", formatter=Chat)
class SplitsText(Caller):
    """Splits text with `splitlines`, which knows more line ends than server-sent events do."""

    def lines(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for line in super().lines(chunks):
            yield from (part.encode() for part in line.decode().splitlines() or [""])


@broken("T02", schema="completions", formatter=Serverless)
class KnowsLfOnly(Caller):
    """Splits at LF, so that the empty line of CRLF is not empty."""

    def lines(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        rest = b""
        for chunk in chunks:
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole


@broken("T02", schema="chat", formatter=Chat)
class KnowsNoCr(KnowsLfOnly):
    """Splits at LF and CRLF, but not at CR."""

    def lines(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for line in super().lines(chunks):
            yield line.removesuffix(b"\r")


@broken("T02", schema="completions", formatter=Serverless)
class TakesHalfACrlf(Caller):
    """Takes a CRLF that is cut in half for two line ends, and so for an empty line."""

    def lines(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        rest = b""
        for chunk in chunks:
            *whole, rest = (rest + chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")).split(b"\n")
            yield from whole


@broken("T03", schema="completions", formatter=Serverless)
class KnowsDataOnly(Caller):
    """Takes any line that is not data for an error, such as a comment that keeps the connection alive."""

    def events(self, lines: Iterator[bytes]) -> Iterator[str]:
        def known() -> Iterator[bytes]:
            for line in lines:
                if line and not line.startswith(b"data:"):
                    raise ValueError(f"expected data:, got {line[:50]!r}")
                yield line

        return super().events(known())


@broken("T03", schema="chat", formatter=Chat)
class WantsABlank(Caller):
    """Looks for `data: `, though the blank may be missing."""

    def events(self, lines: Iterator[bytes]) -> Iterator[str]:
        return super().events(line for line in lines if line.startswith(b"data: ") or not line)


@broken("T03", schema="completions", formatter=Serverless)
class TakesLinesForEvents(Caller):
    """Takes each line of data for an event."""

    def events(self, lines: Iterator[bytes]) -> Iterator[str]:
        for line in lines:
            yield from super().events(iter([line, b""]))


@broken("T03", schema="chat", formatter=Chat)
class KeepsTheLastLine(Caller):
    """Keeps the last of an event's data lines only."""

    def events(self, lines: Iterator[bytes]) -> Iterator[str]:
        last = b""
        for line in lines:
            if line.startswith(b"data:"):
                last = line
            elif not line and last:
                yield from super().events(iter([last, b""]))
                last = b""


@broken("T03", schema="chat", formatter=Chat)
class HearsDoneInTheText(Caller):
    """Looks for [DONE] anywhere, also in what the model says."""

    def is_end(self, data: str) -> bool:
        return "[DONE]" in data


@broken("T03", schema="completions", formatter=Serverless)
class TakesEmptyLinesForEvents(Caller):
    """Takes each empty line for the end of an event, though there may be none."""

    def events(self, lines: Iterator[bytes]) -> Iterator[str]:
        data: list[bytes] = []
        for line in lines:
            if not line:
                yield b"\n".join(data).decode()
                data = []
            elif line.startswith(b"data:"):
                data.append(line[5:].removeprefix(b" "))
