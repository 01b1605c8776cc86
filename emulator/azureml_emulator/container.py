"""A deployment's container: takes a request apart, asks the answer source, writes the response."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from azureml_emulator.answers import AnswerSource, Ask, Decided, DecidingSource, Occasion
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
    WrongContentType,
    WrongShape,
)
from azureml_emulator.faults import Strikes, hazards
from azureml_emulator.inference_servers import Page
from azureml_emulator.memo import LONGEST, Memo
from azureml_emulator.openapi import Operation, Service
from azureml_emulator.request import Request, asked, parse, text_of
from azureml_emulator.schema import Answer, Reading, Schema, Scoring
from azureml_emulator.schemas import find
from azureml_emulator.wire import Result
from azureml_emulator.writer import Writer


class Known:
    """What a body was understood to ask, and what the answer source said to it, if that can be said again."""

    __slots__ = ("answers", "reading")

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.answers: Sequence[Answer] = ()


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

    def __init__(
        self, settings: Deployment, endpoint: str, seed: int, door: Mapping[int, str], unread: bool = False
    ) -> None:
        assert settings.schema is not None
        assert settings.answer is not None
        assert settings.server is not None
        self.name = settings.name
        self.schema: Schema[Any] = settings.schema
        self.faults = settings.faults or ()
        self.server = settings.server
        self._answer: AnswerSource = settings.answer
        self.decides = isinstance(settings.answer, DecidingSource)
        self._filter = settings.content_filter
        self._not_supported = settings.not_supported
        self._endpoint = endpoint
        self._seed = seed
        home = Draw.of(str(seed).encode(), endpoint.encode())
        self._writer = Writer(settings, settings.model or endpoint, home, unread and not self.decides)
        self._known: Memo[Known] = Memo()
        schemas = (settings.schema, *map(find, settings.schema.beside))
        self._service = Service(settings.model or endpoint, tuple(map(operation, schemas)), door)
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
                known = Known(reading)
            else:
                known = self._read(schema, request)
                reading = known.reading
            if self._not_supported:
                self._support(reading)
            if self._filter:
                self._filter.admit(reading.prompts, schema.api_type)
            if self.decides:
                decided = self._decide(schema, request, reading)
                answers = decided.answers
            else:
                answers = self._answers(known)
            result = self._writer.write(schema, request, reading, answers, decided)
            return Run(result, schema, reading, None, heard, answers, decided)
        except ContainerError as error:
            result = self.server.refuse(error, request.path, request.ids)._replace(timing=(("model", error.after),))
            return Run(result, schema, reading, error, heard, decided=decided)

    def _answers(self, known: Known) -> Sequence[Answer]:
        """Ask the answer source, unless it was asked before and would say the same again."""
        if known.answers:
            return known.answers
        reading = known.reading
        answers = [
            self._answer.answer(Ask(prompt, reading, self._seed, self._endpoint, choice))
            for prompt in reading.prompts
            for choice in range(reading.choices)
        ]
        if self._answer.repeats and sum([len(one.text) for one in answers]) <= LONGEST:
            known.answers = answers
        return answers

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
            return self._read(schema, request, keep=True).reading
        except ContainerError:
            return None

    def _read(self, schema: Schema[Any], request: Request, keep: bool = False) -> Known:
        call = request.call
        if call.oversized:
            raise BodyTooLarge
        kind = call.headers.get("content-type", "")
        if kind != "application/json" and not _is_json(kind):
            raise WrongContentType(call.body)
        sent = call.body, request.path, call.headers.get("extra-parameters")
        known = self._known.get(sent)
        if known is None:
            document = request.document
            if isinstance(document, BadBody):
                raise document
            known = Known(self.server.read(document, schema.parse, schema.standard, request.path, call.headers))
            if request.before or keep:
                self._known.put(sent, call.body, known)
        return known

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
