"""A deployment's container: takes a request apart, asks the answer source, writes the response."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from azureml_emulator import tokens
from azureml_emulator.answers import AnswerSource, Ask
from azureml_emulator.api_type import END_OF_STREAM, EVENTS, JSON, Result, server_sent
from azureml_emulator.endpoint import Deployment
from azureml_emulator.errors import (
    BadBody,
    BodyTooLarge,
    ContainerError,
    MethodNotAllowed,
    PathNotFound,
    WrongContentType,
)
from azureml_emulator.memo import Memo
from azureml_emulator.request import Request
from azureml_emulator.schema import Answer, Chunk, Reading, Schema, Scoring
from azureml_emulator.wire import Write


class Run(NamedTuple):
    """What came of a request in the container: the result, and for the journal what was read or refused."""

    result: Result
    reading: Reading | None = None
    error: ContainerError | None = None


class Container:
    """The running form of a deployment."""

    def __init__(self, settings: Deployment, endpoint: str, seed: int) -> None:
        assert settings.schema is not None
        assert settings.answer is not None
        self.name = settings.name
        self.schema: Schema[Any] = settings.schema
        self.api_type = self.schema.api_type
        self._answer: AnswerSource = settings.answer
        self._latency = settings.latency
        self._model = settings.model or endpoint
        self._endpoint = endpoint
        self._seed = seed
        self._readings: Memo[Reading] = Memo()
        self._methods = {"/": "GET"} | dict.fromkeys(self.schema.paths, "POST")

    def run(self, request: Request) -> Run:
        """Serve a request: route, validate, answer, write."""
        reading = None
        try:
            if self._route(request) == "GET":
                return Run(self.api_type.healthy())
            reading = self._read(request)
            answers = [self._answer.answer(Ask(one, reading, self._seed, self._endpoint)) for one in reading.prompts]
            return Run(self._write(request, reading, answers), reading)
        except ContainerError as error:
            return Run(self.api_type.refuse(error, request.caller_id), reading, error)

    def _route(self, request: Request) -> str:
        method = self._methods.get(request.path)
        if method is None:
            raise PathNotFound
        if request.call.method != method:
            raise MethodNotAllowed
        return method

    def _read(self, request: Request) -> Reading:
        call = request.call
        if call.oversized:
            raise BodyTooLarge
        kind = call.headers.get("content-type", "")
        if kind != "application/json" and kind.partition(";")[0].strip().lower() != "application/json":
            raise WrongContentType
        reading = self._readings.get(call.body)
        if reading is None:
            if isinstance(request.document, BadBody):
                raise request.document
            reading = self.schema.parse(request.document)
            if request.again:
                self._readings.put(call.body, call.body, reading)
        return reading

    def _write(self, request: Request, reading: Reading, answers: Sequence[Answer]) -> Result:
        scoring = Scoring(reading, answers, request.draw, int(request.call.at), self._model)
        if reading.stream and self.schema.stream is not None:
            return Result(200, EVENTS, tuple(self._events(self.schema.stream(scoring))), chunked=True)
        seconds = self._whole(scoring)
        body = self.api_type.dump(self.schema.write(scoring))
        return Result(200, JSON + self.api_type.run_headers(request.caller_id, seconds), ((seconds, body),))

    def _whole(self, scoring: Scoring) -> float:
        """When the last token of the longest answer is out; several prompts are answered side by side."""
        if self._latency is None:
            return 0.0
        return self._latency.at(max((tokens.count(text) for text in scoring.texts), default=0))

    def _events(self, chunks: Iterable[Chunk]) -> Iterator[Write]:
        """Each event is due when the last of the tokens that it carries is out."""
        out, due = 0, 0.0
        for value, carried in chunks:
            out += carried
            due = self._latency.at(max(out, 1)) if self._latency else 0.0
            yield due, server_sent(self.api_type.dump(value))
        yield due, END_OF_STREAM
