"""What a container writes: answers in the form that was asked for, each part of them when it is out."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from azureml_emulator.answers import UNSAID, Decided
from azureml_emulator.draw import Draw
from azureml_emulator.endpoint import Deployment
from azureml_emulator.errors import ScoringTimedOut
from azureml_emulator.latency import Latency, Pace, Work
from azureml_emulator.request import Request
from azureml_emulator.schema import Answer, Chunk, Framing, Reading, Schema, Scoring
from azureml_emulator.wire import JSON, Headers, Result, Write

EVENTS: Headers = (("content-type", "text/event-stream; charset=utf-8"),)
END_OF_STREAM = b"data: [DONE]\n\n"


def server_sent(event: bytes) -> bytes:
    """Frame one event of a stream, as OpenAI does.

    No comments, no `event:` lines, LF only: Microsoft's own SDK refuses a stream that has them (measured).
    """
    return b"data: " + event + b"\n\n"


class Writer:
    """Writes for one deployment; `model` is the name that it goes by, `home` what is random and stays the same.

    What is `unread` has its times, but no bytes.
    """

    def __init__(self, settings: Deployment, model: str, home: Draw, unread: bool = False) -> None:
        assert settings.server is not None
        self.server = settings.server
        self._latency = settings.latency
        self._heeds_tokens = settings.latency is not None and settings.latency.heeds_tokens
        self._filter = settings.content_filter
        self._timeout = settings.scoring_timeout_ms
        self._model = model
        self._home = home
        self._unread = unread

    def write(
        self,
        schema: Schema[Any],
        request: Request,
        reading: Reading,
        answers: Sequence[Answer],
        decided: Decided | None,
    ) -> Result:
        """Write the answers of a request, or what was decided in their stead; say when each part of it is out.

        Raises `ScoringTimedOut`.
        """
        scoring = Scoring(reading, answers, request.draw, int(request.call.at), self._model, self._home)
        if reading.form and schema.settle is not None:
            scoring = scoring._replace(answers=schema.settle(scoring))
        if self._filter:
            scoring = scoring._replace(answers=[self._filter.passed(one) for one in scoring.answers])
        body = UNSAID if decided is None else decided.body
        streamed = reading.stream and schema.stream is not None and body is UNSAID
        tokens = _tokens(scoring, streamed) if self._heeds_tokens or decided else 0
        pace = self._pace(scoring, request, decided, tokens)
        if streamed and schema.stream is not None:
            events = tuple(self._events(schema.framing, schema.stream(scoring), pace))
            return Result(200, EVENTS, events, chunked=True, timing=(("model", events[-1][0]),))
        seconds = pace(tokens)
        if self._timeout is not None and seconds * 1000 > self._timeout:
            raise ScoringTimedOut(self._timeout)
        if self._unread:
            return Result(200, JSON, ((seconds, b""),), timing=(("model", seconds),))
        written = self.server.dump(schema.write(scoring) if body is UNSAID else body)
        headers = JSON + self.server.run_headers(request.ids, seconds)
        return Result(200, headers, ((seconds, written),), timing=(("model", seconds),))

    def _pace(self, scoring: Scoring, request: Request, decided: Decided | None, tokens: int) -> Pace:
        """Say when tokens are out; several prompts are answered side by side, and the longest answer decides."""
        latency = self._latency
        if decided is not None:
            return self._decided_pace(scoring, request, decided, tokens)
        return latency.pace(_work(latency, scoring, request, tokens)) if latency else _at_once

    def _decided_pace(self, scoring: Scoring, request: Request, decided: Decided, tokens: int) -> Pace:
        """Say the same where prompts were given models of their own; the slowest decides."""
        latencies = [one or self._latency for one in decided.latencies]
        paces = [one.pace(_work(one, scoring, request, tokens)) for one in latencies if one]
        if len(paces) > 1:
            return lambda out: max(pace(out) for pace in paces)
        return paces[0] if paces else _at_once

    def _events(self, framing: Framing | None, chunks: Iterable[Chunk], pace: Pace) -> Iterator[Write]:
        """Each event is due when the last of the tokens that it carries is out."""
        out, due = 0, 0.0
        for value, carried in chunks:
            out += carried
            due = pace(max(out, 1))
            event = b"" if self._unread else self.server.dump(value)
            yield due, framing.of(event) if framing else server_sent(event)
        end = framing.end if framing else END_OF_STREAM
        if end:
            yield due, end


def _tokens(scoring: Scoring, streamed: bool) -> int:
    """Count what takes time to write: the longest answer, or in a stream, where they take turns, all of them."""
    answers = scoring.answers
    if len(answers) == 1:
        return answers[0].tokens
    counts = [answer.tokens for answer in answers]
    return sum(counts) if streamed else max(counts, default=0)


def _work(latency: Latency, scoring: Scoring, request: Request, tokens: int) -> Work:
    read = sum([prompt.tokens for prompt in scoring.reading.prompts]) if latency.heeds_tokens else 0
    return Work(read, request.draw, request.load, tokens)


def _at_once(_: int) -> float:
    return 0.0
