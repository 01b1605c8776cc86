"""An answer that comes in pieces, read in small steps: bytes, then lines, then the data of events, then texts."""

import codecs
import json
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from typing import Any

from contract_tests.zoo.failures import StreamFailed


class Pieces:
    """What a client reads a stream with."""

    def chunks(self, response: HTTPResponse) -> Iterator[bytes]:
        """Give the body's bytes as they come."""
        while data := response.read1(65536):
            yield data

    def lines(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Give whole lines, which end with LF, CRLF or CR and with nothing else."""
        rest, after_cr = b"", False
        for chunk in chunks:
            data = chunk[1:] if after_cr and chunk[:1] == b"\n" else chunk
            after_cr = chunk.endswith(b"\r")
            *whole, rest = (rest + data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")).split(b"\n")
            yield from whole

    def events(self, lines: Iterator[bytes]) -> Iterator[str]:
        """Give the data of each event; an empty line ends one."""
        data: list[bytes] = []
        for number, line in enumerate(lines):
            name, _, value = (line.removeprefix(codecs.BOM_UTF8) if number == 0 else line).partition(b":")
            if not line and data:
                yield b"\n".join(data).decode()
                data = []
            elif name == b"data":
                data.append(value.removeprefix(b" "))

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[str]:
        """Give the texts of a stream. Raises `StreamFailed` where it is not whole."""
        said, over = "", False
        try:
            for data in self.events(self.lines(chunks)):
                if self.is_end(data):
                    return
                event = self.event(data)
                text = self.piece(event)
                over = over or self.is_last(event)
                said += text
                if text:
                    yield text
        except (OSError, HTTPException, ValueError) as error:
            raise StreamFailed(f"the stream broke: {error}", said) from error
        if not over:
            raise StreamFailed("the stream ended before it was complete", said)

    def is_end(self, data: str) -> bool:
        return data == "[DONE]"

    def event(self, data: str) -> Any:
        """Read an event. Raises `ValueError` for one that is an error, or nothing that can be read."""
        event = json.loads(data)
        if not isinstance(event, dict) or "error" in event or "choices" not in event:
            raise ValueError(f"an event says {data[:200]}")
        return event

    def piece(self, event: Any) -> str:
        """Give an event's text, which may be empty."""
        for choice in event["choices"] or ():
            if choice.get("index", 0) == 0:
                return str(choice.get("text") or (choice.get("delta") or {}).get("content") or "")
        return ""

    def is_last(self, event: Any) -> bool:
        """Say whether the model has said all."""
        return any(choice.get("finish_reason") for choice in event["choices"] or ())
