"""Which recorded request a call is: what counts for that, strictly or loosely, and what differs from the nearest."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, unquote_plus

from pydantic import TypeAdapter, ValidationError

from azureml_emulator.difference import differences, likeness
from azureml_emulator.draw import canonical
from azureml_emulator.errors import BadBody, ContainerError
from azureml_emulator.recording.cassette import Interaction, first
from azureml_emulator.recording.redaction import is_secret, is_secret_field
from azureml_emulator.request import parse
from azureml_emulator.schema import Reading, Schema
from azureml_emulator.schemas import all_schemas

DEPLOYMENT = "azureml-model-deployment"

Match = Literal["strict", "loose"]

_SHOWN = 4
"""Differences that are told of the nearest request."""

_LOOKED_AT = 20
"""Requests at one path from which a shape is told."""


class Asked(NamedTuple):
    """What of a request can count for matching."""

    method: str
    path: str
    query: str = ""
    deployment: str = ""
    body: bytes = b""

    @classmethod
    def recorded(cls, interaction: Interaction) -> "Asked":
        """Give that of a recorded one."""
        request = interaction.request
        return cls(request.method, request.path, request.query, first(request.headers, DEPLOYMENT), request.body)


class Matching(NamedTuple):
    """How requests are compared.

    `strict` compares method, path, query, deployment and the body as JSON; `loose` method, path and, as the path's
    shape reads them, prompts, parameters and whether a stream is wanted; without a shape, the body as JSON. Fields
    called as in `ignore` count in neither, at any depth, and no more do those that are called like keys.
    """

    match: Match = "strict"
    ignore: frozenset[str] = frozenset()
    shapes: tuple[tuple[str, Schema[Any]], ...] = ()

    def shape(self, path: str) -> Schema[Any] | None:
        """Give the shape that is spoken at a path, if it is known."""
        return dict(self.shapes).get(path)

    def reading(self, asked: Asked) -> Reading | None:
        """Give what a model would read, if the shape is known and the request is of it."""
        shape = self.shape(asked.path)
        return None if shape is None else _read(shape, asked.body)

    def view(self, asked: Asked) -> dict[str, Any]:
        """Give what counts of a request, as a JSON value."""
        view: dict[str, Any] = {"method": asked.method, "path": quote(asked.path, safe="/%:@!$&'()*+,;=~")}
        reading = self.reading(asked) if self.match == "loose" else None
        if reading is not None:
            view["prompts"] = [self._without(prompt.messages or prompt.text) for prompt in reading.prompts]
            view["parameters"] = self._without(reading.parameters)
            return {**view, "stream": reading.stream}
        if self.match == "strict":
            view |= {"query": self._queried(asked.query), DEPLOYMENT: asked.deployment}
        document = parse(asked.body)
        if isinstance(document, BadBody):
            return {**view, "body (no JSON)": asked.body.decode("utf-8", "backslashreplace")}
        return {**view, "body": self._without(document)}

    def key(self, asked: Asked) -> bytes:
        """Give what is the same for requests that match."""
        return canonical(self.view(asked))

    def _without(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [self._without(one) for one in value]
        if not hasattr(value, "items"):
            return value
        return {
            name: self._without(one)
            for name, one in value.items()
            if name not in self.ignore and not is_secret_field(name)
        }

    def _queried(self, query: str) -> str:
        names = [(unquote_plus(pair.partition("=")[0]), pair) for pair in query.split("&")]
        return "&".join(pair for name, pair in names if name not in self.ignore and not is_secret(name))

    def nearest(self, asked: Asked, recorded: Sequence[Interaction]) -> str:
        """Say which recorded request is nearest to one that matches none, by line, and what differs."""
        got = self.view(asked)
        views = [self.view(Asked.recorded(one)) for one in recorded]
        line = max(range(len(views)), key=lambda index: likeness(views[index], got))
        found = list(differences(views[line], got))
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        return f"the nearest is line {line + 1}: {'; '.join(found[:_SHOWN])}{more}"


def _read(shape: Schema[Any], body: bytes) -> Reading | None:
    document = parse(body)
    if isinstance(document, BadBody):
        return None
    try:
        return shape.parse(document)
    except ContainerError:
        return None


def shapes(recorded: Iterable[Interaction], known: Schema[Any] | None = None) -> tuple[tuple[str, Schema[Any]], ...]:
    """Tell by path which shape is spoken there: the one that is known, or else the one that can read it all."""
    asked: dict[str, list[Interaction]] = {}
    for one in recorded:
        if one.response.status == 200 and one.request.method == "POST":
            asked.setdefault(one.request.path, []).append(one)
    if known is not None:
        return tuple((path, known) for path in asked)
    told = ((path, _told(path, some[:_LOOKED_AT])) for path, some in asked.items())
    return tuple((path, shape) for path, shape in told if shape)


def _told(path: str, some: Sequence[Interaction]) -> Schema[Any] | None:
    serving = [one for one in all_schemas().values() if any(path.endswith(own) for own in one.paths)]
    fitting = [one for one in serving if _all(some, one, _reads)]
    answering = [one for one in fitting if _all(some, one, _answers)]
    return next(iter(answering or fitting), None)


def _all(some: Sequence[Interaction], shape: Schema[Any], fits: Callable[[Schema[Any], Interaction], bool]) -> bool:
    return all(fits(shape, one) for one in some)


def _reads(shape: Schema[Any], one: Interaction) -> bool:
    """Say whether a shape finds a prompt in a request."""
    reading = _read(shape, one.request.body)
    return reading is not None and any(prompt.text or prompt.messages for prompt in reading.prompts)


def _answers(shape: Schema[Any], one: Interaction) -> bool:
    """Say whether an answer is what a shape would say; of a stream, whether the shape streams."""
    if one.response.streamed:
        return shape.stream is not None
    try:
        TypeAdapter(shape.response).validate_python(parse(one.response.body))
    except ValidationError:
        return False
    return True
