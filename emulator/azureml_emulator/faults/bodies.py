"""Faults of what the container says: no JSON, somebody else's answer, nothing, too much of a good thing."""

from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, WithJsonSchema
from pydantic.dataclasses import dataclass

from azureml_emulator.errors import ContainerError
from azureml_emulator.faults.events import edited, is_json, json_events
from azureml_emulator.faults.fault import STRICT, Fault, Incident
from azureml_emulator.schema import Scoring
from azureml_emulator.schemas import all_schemas, find
from azureml_emulator.wire import JSON, Headers, Result

SchemaName = Annotated[
    str,
    AfterValidator(lambda name: find(name).name),
    WithJsonSchema({"type": "string", "enum": list(all_schemas())}),
]

_OF_THE_BODY = ("content-type", "content-length", "content-encoding")


def _unclosed(text: bytes) -> bytes:
    return text[:-1] if text[-1:] in (b"}", b"]", b'"') else _comma(text)


def _comma(text: bytes) -> bytes:
    return text + b","


def _quotes(text: bytes) -> bytes:
    return text.replace(b'"', b"'") if b'"' in text else _comma(text)


def _no_utf8(text: bytes) -> bytes:
    before, quote, after = text.partition(b'"')
    return before + quote + b"\xff" + after


_SPOILT = MappingProxyType({"unclosed": _unclosed, "comma": _comma, "quotes": _quotes, "no_utf8": _no_utf8})


@dataclass(frozen=True, config=STRICT)
class MalformedJson(Fault):
    """The body is no JSON; of a stream, the event in the middle is none. A body that never was JSON is not struck."""

    example = MappingProxyType({"how": "unclosed", "probability": 0.1})

    how: Literal["unclosed", "comma", "quotes", "no_utf8"] = "unclosed"
    """The end is missing, a comma is too much, quotes are single ones, or a byte is no UTF-8."""

    def in_container(self, result: Result, incident: Incident) -> Result:
        spoil = _SPOILT[self.how]
        if result.chunked:
            places = json_events(result.writes)
            return edited(result, places[len(places) // 2 :][:1], spoil)
        return _whole(result, spoil(result.body.rstrip())) if is_json(result) else result


@dataclass(frozen=True, config=STRICT)
class WrongShape(Fault):
    """Another family of models answers: what the model said comes in the shape of another `schema`, and not streamed.

    What that shape wants besides texts is taken from its example. Refusals are not struck, nor are answers that are
    replayed, of which only the bytes are known.
    """

    example = MappingProxyType({"schema": "gpt2", "probability": 0.1})

    schema: SchemaName
    """The wire shape of the answer, one of those that `azureml-emulator schemas` lists."""

    def in_container(self, result: Result, incident: Incident) -> Result:
        other, said = find(self.schema), incident.answers
        if not said or other.name == incident.schema.name:
            return result
        reading = other.parse(other.example)
        wanted = len(reading.prompts) * reading.choices
        answers = [said[number % len(said)] for number in range(wanted)]
        scoring = Scoring(reading, answers, incident.draw, int(incident.call.at), incident.schema.name)
        try:
            return _whole(result, other.server.dump(other.write(scoring)))
        except ContainerError:
            return result


@dataclass(frozen=True, config=STRICT)
class EmptyObject(Fault):
    """The answer is `{}`, and the status 200: what Microsoft's LLM server says when it fails (measured)."""

    example = MappingProxyType({"probability": 0.1})

    def in_container(self, result: Result, incident: Incident) -> Result:
        return _whole(result, b"{}")._replace(status=200)


@dataclass(frozen=True, config=STRICT)
class EncodedTwice(Fault):
    """The answer is JSON within a JSON string, as of a score.py that returns `json.dumps(...)`.

    Of a stream, each event is. A body that is no JSON is not struck.
    """

    example = MappingProxyType({"every": 5})

    def in_container(self, result: Result, incident: Incident) -> Result:
        def quoted(text: bytes) -> bytes:
            return incident.server.dump(text.decode(errors="replace"))

        if result.chunked:
            return edited(result, json_events(result.writes), quoted)
        return _whole(result, quoted(result.body)) if is_json(result) else result


def _whole(result: Result, body: bytes) -> Result:
    """Give another body, all at once, when the former one was out. What was recorded brings its length along."""
    others = tuple(one for one in result.headers if one[0].lower() not in _OF_THE_BODY)
    length: Headers = (("content-length", str(len(body))),) if result.framed else ()
    return result._replace(headers=JSON + length + others, writes=((result.seconds, body),), chunked=False, end=None)
