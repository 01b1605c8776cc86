"""A deployment's container: takes a request apart, asks the answer source, writes the response."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from azureml_emulator.answers import UNSAID, AnswerSource, Ask, Decided, DecidingSource, Occasion
from azureml_emulator.draw import Draw
from azureml_emulator.endpoint import Deployment
from azureml_emulator.errors import (
    BadBody,
    BodyTooLarge,
    ContainerError,
    MethodNotAllowed,
    OtherTask,
    ParameterNotSupported,
    PathNotFound,
    ScoringFailed,
    ScoringTimedOut,
    WrongContentType,
    WrongShape,
)
from azureml_emulator.faults import Strikes, hazards
from azureml_emulator.inference_servers import Page
from azureml_emulator.latency import Pace, Work
from azureml_emulator.memo import Memo
from azureml_emulator.openapi import Operation, Service
from azureml_emulator.request import Request, asked, parse, text_of
from azureml_emulator.schema import Answer, Chunk, Framing, Reading, Schema, Scoring
from azureml_emulator.schemas import find
from azureml_emulator.wire import JSON, Headers, Result, Write

EVENTS: Headers = (("content-type", "text/event-stream; charset=utf-8"),)
END_OF_STREAM = b"data: [DONE]\n\n"


def server_sent(event: bytes) -> bytes:
    """Frame one event of a stream, as OpenAI does.

    No comments, no `event:` lines, LF only: Microsoft's own SDK refuses a stream that has them (measured).
    """
    return b"data: " + event + b"\n\n"


class Run(NamedTuple):
    """What came of a request in the container: the result, and for the journal what was read or refused.

    `schema` is the shape at the path that was called, `heard` what was scored if that is not the body as it came,
    `answers` what the answer source said, `decided` what else it decided, `strikes` the faults that came of that.
    """

    result: Result
    schema: Schema[Any] | None = None
    reading: Reading | None = None
    error: ContainerError | None = None
    heard: bytes | None = None
    answers: Sequence[Answer] = ()
    decided: Decided | None = None
    strikes: Strikes = ()


def _is_json(content_type: str) -> bool:
    """Tell whether it is JSON, as both servers do: `application/json` and `application/*+json` (measured)."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def operation(schema: Schema[Any]) -> Operation:
    """Say of a shape what the pages of a web server tell about it."""
    return Operation(
        schema.name,
        schema.about,
        schema.paths,
        schema.request,
        schema.response,
        schema.example,
        schema.stream is not None,
        schema.task,
        partial(_sample, schema),
    )


def _sample(schema: Schema[Any]) -> Any:
    """Answer a shape's example, each prompt with itself."""
    reading = schema.parse(schema.example)
    answers = [Answer(prompt.text) for prompt in reading.prompts for _ in range(reading.choices)]
    return schema.write(Scoring(reading, answers))


class Container:
    """The running form of a deployment: a web server, and the shapes that it serves at their paths."""

    def __init__(self, settings: Deployment, endpoint: str, seed: int, door: Mapping[int, str]) -> None:
        assert settings.schema is not None
        assert settings.answer is not None
        assert settings.server is not None
        self.name = settings.name
        self.schema: Schema[Any] = settings.schema
        self.faults = settings.faults or ()
        self.server = settings.server
        self._answer: AnswerSource = settings.answer
        self.decides = isinstance(settings.answer, DecidingSource)
        self._latency = settings.latency
        self._filter = settings.content_filter
        self._not_supported = settings.not_supported
        self._timeout = settings.scoring_timeout_ms
        self._model = settings.model or endpoint
        self._endpoint = endpoint
        self._seed = seed
        self._home = Draw.of(str(seed).encode(), endpoint.encode())
        self._readings: Memo[Reading] = Memo()
        schemas = (settings.schema, *map(find, settings.schema.beside))
        self._service = Service(self._model, tuple(map(operation, schemas)), door)
        self._routes: dict[str, dict[str, Callable[[Request], Run]]] = {}
        for path, page in self.server.pages.items():
            self._routes[path] = dict.fromkeys(self.server.page_methods, partial(self._show, page))
        asides = {method: partial(self._show, page) for method, page in self.server.asides.items()}
        self._shapes = {path: schema for schema in reversed(schemas) for path in schema.paths}
        for schema in schemas:
            score = partial(self._score, schema)
            scoring = {"POST": score, "GET": score} if self.server.scores_queries else {"POST": score}
            for path in schema.paths:
                self._routes.setdefault(path, {**scoring, **asides})
        for schema in schemas:
            for path in schema.others:
                self._routes.setdefault(path, {"POST": partial(self._refuse, OtherTask(schema.task, path))})

    def run(self, request: Request, strikes: Strikes = ()) -> Run:
        """Serve a request, struck by faults."""
        try:
            serve = self._route(request)
            self.server.admit(request.ids)
        except ContainerError as error:
            return self._refuse(error, request)
        run = serve(request)
        return self.struck(run, request, strikes) if strikes else run

    def struck(self, run: Run, request: Request, strikes: Strikes) -> Run:
        """Let faults strike what came of a request."""
        try:
            return run._replace(result=hazards.in_container(strikes, run.result, run.answers))
        except ContainerError as error:
            return run._replace(result=self._refuse(error, request).result, error=error)

    def _route(self, request: Request) -> Callable[[Request], Run]:
        methods = self._routes.get(request.path)
        if methods is None:
            raise PathNotFound
        serve = methods.get(request.call.method)
        if serve is None:
            raise MethodNotAllowed(", ".join(methods))
        return serve

    def _show(self, page: Page, request: Request) -> Run:
        try:
            result = page(self._service, request.call)
        except ContainerError as error:
            return self._refuse(error, request)
        return Run(result._replace(headers=result.headers + self.server.signature(request.ids)))

    def _refuse(self, error: ContainerError, request: Request) -> Run:
        return Run(self.server.refuse(error, request.path, request.ids), error=error)

    def _score(self, schema: Schema[Any], request: Request) -> Run:
        """Validate, answer, write."""
        reading = heard = decided = None
        try:
            if schema.undecorated or request.call.method == "GET":
                heard, reading = self._heard(schema, request)
            else:
                reading = self._read(schema, request)
            if self._not_supported:
                self._support(reading)
            if self._filter:
                self._filter.admit(reading.prompts, schema.api_type)
            if self.decides:
                decided = self._decide(schema, request, reading)
                answers = decided.answers
            else:
                answers = [
                    self._answer.answer(Ask(prompt, reading, self._seed, self._endpoint, choice))
                    for prompt in reading.prompts
                    for choice in range(reading.choices)
                ]
            result = self._write(schema, request, reading, answers, decided)
            return Run(result, schema, reading, None, heard, answers, decided)
        except ContainerError as error:
            result = self.server.refuse(error, request.path, request.ids)._replace(timing=(("model", error.after),))
            return Run(result, schema, reading, error, heard, decided=decided)

    def _decide(self, schema: Schema[Any], request: Request, reading: Reading) -> Decided:
        occasion = Occasion(schema.name, request.call.headers, request.before + 1, request.turns)
        return Decided.of(
            [
                self._answer.decide(Ask(prompt, reading, self._seed, self._endpoint, choice, occasion))
                for prompt in reading.prompts
                for choice in range(reading.choices)
            ]
        )

    def ahead(self, request: Request) -> Reading | None:
        """Read a request before it is served; give None for what is refused, or is no request for a score."""
        schema = self._shapes.get(request.path)
        if schema is None or schema.undecorated or request.call.method != "POST":
            return None
        try:
            return self._read(schema, request, keep=True)
        except ContainerError:
            return None

    def _read(self, schema: Schema[Any], request: Request, keep: bool = False) -> Reading:
        call = request.call
        if call.oversized:
            raise BodyTooLarge
        kind = call.headers.get("content-type", "")
        if kind != "application/json" and not _is_json(kind):
            raise WrongContentType(call.body)
        known = call.body, request.path, call.headers.get("extra-parameters")
        reading = self._readings.get(known)
        if reading is None:
            document = request.document
            if isinstance(document, BadBody):
                raise document
            reading = self.server.read(document, schema.parse, schema.standard, request.path, call.headers)
            if request.before or keep:
                self._readings.put(known, call.body, reading)
        return reading

    def _heard(self, schema: Schema[Any], request: Request) -> tuple[bytes, Reading]:
        """Read a query as if it were a body, and any body for a run() that takes text; give it as JSON, too."""
        call = request.call
        if call.oversized:
            raise BodyTooLarge
        if not schema.undecorated:
            queried = asked(call.query)
            return json.dumps(queried).encode(), schema.parse(queried)
        text = json.dumps(asked(call.query)) if call.method == "GET" else text_of(call)
        document: Any = text if schema.request is str else parse(text.encode())
        try:
            if isinstance(document, BadBody):
                raise document
            return json.dumps(document).encode(), schema.parse(document)
        except (BadBody, WrongShape) as error:
            raise ScoringFailed(error.message) from None

    def _support(self, reading: Reading) -> None:
        for name in self._not_supported:
            if reading.parameters.get(name) is not None:
                raise ParameterNotSupported(name, reading.parameters[name])

    def _write(
        self,
        schema: Schema[Any],
        request: Request,
        reading: Reading,
        answers: Sequence[Answer],
        decided: Decided | None,
    ) -> Result:
        scoring = Scoring(reading, answers, request.draw, int(request.call.at), self._model, self._home)
        if reading.form and schema.settle is not None:
            scoring = scoring._replace(answers=schema.settle(scoring))
        if self._filter:
            scoring = scoring._replace(answers=[self._filter.passed(one) for one in scoring.answers])
        body = UNSAID if decided is None else decided.body
        streamed = reading.stream and schema.stream is not None and body is UNSAID
        tokens = _tokens(scoring, streamed) if self._latency or decided else 0
        pace = self._pace(scoring, request, decided, tokens)
        if streamed and schema.stream is not None:
            events = tuple(self._events(schema.framing, schema.stream(scoring), pace))
            return Result(200, EVENTS, events, chunked=True, timing=(("model", events[-1][0]),))
        seconds = pace(tokens)
        if self._timeout is not None and seconds * 1000 > self._timeout:
            raise ScoringTimedOut(self._timeout)
        written = self.server.dump(schema.write(scoring) if body is UNSAID else body)
        headers = JSON + self.server.run_headers(request.ids, seconds)
        return Result(200, headers, ((seconds, written),), timing=(("model", seconds),))

    def _pace(self, scoring: Scoring, request: Request, decided: Decided | None, tokens: int) -> Pace:
        """Say when tokens are out; several prompts are answered side by side, and the longest answer decides."""
        latency = self._latency
        if decided is not None:
            return self._decided_pace(scoring, request, decided, tokens)
        return latency.pace(_work(scoring, request, tokens)) if latency else _at_once

    def _decided_pace(self, scoring: Scoring, request: Request, decided: Decided, tokens: int) -> Pace:
        """Say the same where prompts were given models of their own; the slowest decides."""
        latencies = [one or self._latency for one in decided.latencies]
        paces = [one.pace(_work(scoring, request, tokens)) for one in latencies if one]
        if len(paces) > 1:
            return lambda out: max(pace(out) for pace in paces)
        return paces[0] if paces else _at_once

    def _events(self, framing: Framing | None, chunks: Iterable[Chunk], pace: Pace) -> Iterator[Write]:
        """Each event is due when the last of the tokens that it carries is out."""
        out, due = 0, 0.0
        for value, carried in chunks:
            out += carried
            due = pace(max(out, 1))
            event = self.server.dump(value)
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


def _work(scoring: Scoring, request: Request, tokens: int) -> Work:
    return Work(sum([prompt.tokens for prompt in scoring.reading.prompts]), request.draw, request.load, tokens)


def _at_once(_: int) -> float:
    return 0.0
