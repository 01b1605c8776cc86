"""Clients that do with streams what they should not, each in one step: at their ends, in time, beside plain calls."""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from contract_tests.zoo.clients import Caller
from contract_tests.zoo.failures import StreamFailed
from contract_tests.zoo.reference import Chat, Serverless
from contract_tests.zoo.specimens import broken, correct


@correct("completions", formatter=Serverless)
class WarnsOfCuts(Caller):
    """Gives what came of a stream that was cut off, and warns."""

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[str]:
        try:
            yield from super().pieces(chunks)
        except StreamFailed as error:
            if error.__cause__ is not None:
                raise
            warnings.warn(str(error), stacklevel=1)


@broken("T04", schema="completions", formatter=Serverless)
class PassesOverErrors(Caller):
    """Looks for choices, and passes over what has none, such as an error."""

    def event(self, data: str) -> Any:
        return {"choices": [], **json.loads(data)}

    def is_end(self, data: str) -> bool:
        return super().is_end(data) or '"error"' in data

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[str]:
        try:
            yield from super().pieces(chunks)
        except StreamFailed as error:
            if error.__cause__ is not None:
                raise


@broken("T04", schema="chat", formatter=Chat)
class StumblesOverErrors(Caller):
    """Looks for choices, and raises a KeyError that says nothing where an event is an error."""

    def event(self, data: str) -> Any:
        event = json.loads(data)
        return {**event, "choices": event["choices"]}


@broken("T04", schema="completions", formatter=Serverless)
class LosesTextAtErrors(Caller):
    """Gives all pieces at the end, and none if there is an error."""

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[str]:
        try:
            yield from list(super().pieces(chunks))
        except StreamFailed as error:
            raise StreamFailed(str(error), "") from None


@broken("T05", schema="completions", formatter=Serverless)
class TakesCutsForEnds(Caller):
    """Takes the end of the bytes for the end of the answer."""

    def is_last(self, event: Any) -> bool:
        return True

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[str]:
        def with_end() -> Iterator[bytes]:
            yield from chunks
            yield b"\n\ndata: [DONE]\n\n"

        return super().pieces(with_end())


@broken("T05", schema="chat", formatter=Chat)
class ForgetsToLookForTheEnd(Caller):
    """Takes every piece for the last, so that any of them may be."""

    def is_last(self, event: Any) -> bool:
        return True


@broken("T05", schema="chat", formatter=Chat)
class ReadsForEver(Caller):
    """Reads on when there is nothing left to read."""

    def chunks(self, response: Any) -> Iterator[bytes]:
        while True:
            yield response.read1(65536)


@broken("T06", schema="chat", formatter=Chat)
class TakesTheFirstChoice(Caller):
    """Takes the first choice of each event, also of those that have none."""

    def piece(self, event: Any) -> str:
        return str(event["choices"][0].get("delta", {}).get("content") or "")


@broken("T06", schema="completions", formatter=Serverless)
class TakesTheFirstText(Caller):
    """Likewise, for texts."""

    def piece(self, event: Any) -> str:
        return str(event["choices"][0]["text"])


@broken("T06", schema="chat", formatter=Chat)
class SaysNone(Caller):
    """Says None where a content is null."""

    def piece(self, event: Any) -> str:
        return "".join(str(one.get("delta", {}).get("content", "")) for one in event["choices"])


@broken("T06", schema="chat", formatter=Chat)
class WantsContent(Caller):
    """Wants a content of every delta."""

    def piece(self, event: Any) -> str:
        return "".join(one["delta"]["content"] or "" for one in event["choices"])


@broken("T06", schema="chat", formatter=Chat)
class WantsAFinishReason(Caller):
    """Wants a finish_reason of every choice, though it may be left out before the last."""

    def is_last(self, event: Any) -> bool:
        return any(one["finish_reason"] is not None for one in event["choices"])


@broken("T06", schema="completions", formatter=Serverless)
class TakesOneEventOfEachChunk(Caller):
    """Takes the first event of what it reads at once, and the end."""

    def chunks(self, response: Any) -> Iterator[bytes]:
        for chunk in super().chunks(response):
            first, blank, rest = chunk.partition(b"\n\n")
            yield first + blank + (b"data: [DONE]\n\n" if b"[DONE]" in rest else b"")


@broken("T07", schema="completions", formatter=Serverless)
class ForgetsParameters(Caller):
    """Forgets the parameters of the constructor when it streams."""

    def parameters(self, stop: Any, options: Any) -> dict[str, Any]:
        return dict(options) if "stream" in options else super().parameters(stop, options)


@broken("T07", schema="chat", formatter=Chat)
class ForgetsOptions(Caller):
    """Forgets the parameters of the call when it streams."""

    def streaming(self, options: Any) -> dict[str, Any]:
        return {"stream": True}


class Altered(Caller):
    """Streams with other settings than its own."""

    altered: dict[str, Any] = {}

    def stream(self, input: Any, config: Any = None, **options: Any) -> Iterator[str]:  # noqa: A002
        other = type(self).__new__(type(self))
        vars(other).update(vars(self), **self.altered)
        yield from super(Altered, other).stream(input, config, **options)


@broken("T07", schema="completions", formatter=Serverless)
class ForgetsTheDeployment(Altered):
    """Forgets the deployment when it streams."""

    altered = {"deployment_name": ""}


@broken("T07", schema="chat", formatter=Chat)
class ChangesTheAddress(Caller):
    """Has an address of its own for streams, and keeps it."""

    def streaming(self, options: Any) -> dict[str, Any]:
        self.endpoint_url = self.endpoint_url.replace("/models/", "/v1/")
        return super().streaming(options)


@broken("T07", schema="completions", formatter=Serverless)
class StripsPieces(Caller):
    """Strips the pieces, and so joins the words."""

    def piece(self, event: Any) -> str:
        return super().piece(event).strip()


@broken("T08", schema="completions", formatter=Serverless)
class ReadsTheRest(Caller):
    """Reads a stream to its end when nobody listens any more, to keep the connection."""

    @contextmanager
    def answered(self, body: bytes) -> Iterator[Any]:
        with super().answered(body) as response:
            try:
                yield response
            finally:
                response.read()


KEPT: list[Any] = []
"""What is left open stays so to the end: whatever collects it would close it."""


@broken("T08", schema="chat", formatter=Chat)
class LeavesConnectionsOpen(Caller):
    """Leaves connections to themselves."""

    @contextmanager
    def answered(self, body: bytes) -> Iterator[Any]:
        connection, response = self.tried(body)
        KEPT.append((connection, response))
        yield response


@broken("T09", schema="completions", formatter=Serverless)
class ReadsBySize(Caller):
    """Waits until 1024 bytes are there."""

    def chunks(self, response: Any) -> Iterator[bytes]:
        while data := response.read(1024):
            yield data


@broken("T09", schema="chat", formatter=Chat)
class OnePieceBehind(Caller):
    """Gives a piece when the next one has come."""

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[str]:
        before = ""
        for piece in super().pieces(chunks):
            if before:
                yield before
            before = piece
        yield before


@broken("T09", schema="completions", formatter=Serverless)
class StreamsNothing(Caller):
    """Has `stream` give the whole answer, when all of it is there."""

    def stream(self, input: Any, config: Any = None, **options: Any) -> Iterator[str]:  # noqa: A002
        yield self.invoke(input, config, **options)
