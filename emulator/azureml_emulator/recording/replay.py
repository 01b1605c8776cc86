"""Replaying: the recorded answers, at their times, as the results of a container."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, InstanceOf, TypeAdapter, ValidationInfo, WithJsonSchema
from pydantic.dataclasses import dataclass

from azureml_emulator.api_type import REPLAYED
from azureml_emulator.errors import NotRecorded
from azureml_emulator.files import FilePath
from azureml_emulator.recording.cassette import Cassette, Interaction, RecordedResponse
from azureml_emulator.recording.matching import Asked, Match, Matching, shapes
from azureml_emulator.request import parse
from azureml_emulator.schema import Reading, Schema
from azureml_emulator.wire import End, Result

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)


_FILE = TypeAdapter(FilePath)


def _loaded(given: Any, info: ValidationInfo) -> Any:
    if not isinstance(given, str):
        return given
    return Cassette.load(_FILE.validate_python(given, context=info.context))


@dataclass(frozen=True, config=_STRICT)
class Replay:
    """A cassette that answers in place of a model."""

    cassette: Annotated[InstanceOf[Cassette], BeforeValidator(_loaded), WithJsonSchema({"type": "string"})]
    """The file that `azureml-emulator record` wrote."""
    speed: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    """How many times as fast as it was recorded; 0: without any waiting."""
    match: Match = "strict"
    """What must be the same: `strict`, the whole request; `loose`, prompts and parameters as the shape reads them."""
    ignore: tuple[str, ...] = ()
    """Names of fields and of the query's parameters that may differ, at any depth."""

    def schema(self, known: Schema[Any] | None) -> Schema[Any]:
        """Give a shape that stands for what is recorded; `known` is the one that is spoken, if somebody said so."""
        recorded = [one.request for one in self.cassette.interactions]
        bodies = (parse(one.body) for one in recorded)
        return Schema(
            name=known.name if known else "replayed",
            about=f"What {self.cassette.name} recorded",
            request=dict[str, Any],
            response=Any,
            read=_read,
            write=_write,
            example=next((body for body in bodies if isinstance(body, dict)), {}),
            evidence="recorded",
            api_type=REPLAYED,
            paths=tuple(dict.fromkeys(one.path for one in recorded)),
        )

    def tape(self, known: Schema[Any] | None = None) -> "Tape":
        """Make ready to answer; `known` is the shape that is spoken, if somebody said so."""
        return Tape(self, known)


def _read(_: Any) -> Reading:
    """Read nothing: what is replayed is not understood."""
    return Reading(())


def _write(_: Any) -> None:
    """Write nothing: what is replayed was written before."""


def _setting(given: Any) -> Any:
    return {"cassette": given} if isinstance(given, str | Cassette) else given


class Tape:
    """A cassette in which requests are looked up."""

    def __init__(self, replay: Replay, known: Schema[Any] | None = None) -> None:
        self.replay = replay
        self._recorded = replay.cassette.interactions
        self.matching = Matching(replay.match, frozenset(replay.ignore), shapes(self._recorded, known))
        self._found: dict[bytes, list[Interaction]] = {}
        for one in self._recorded:
            self._found.setdefault(self.matching.key(Asked.recorded(one)), []).append(one)

    def find(self, asked: Asked) -> Sequence[Interaction]:
        """Give all answers to a request, in the order of the recording. Raises `NotRecorded`."""
        found = self._found.get(self.matching.key(asked))
        if found is None:
            raise NotRecorded(Path(self.replay.cassette.name).name, self.matching.nearest(asked, self._recorded))
        return found

    def result(self, recorded: RecordedResponse) -> Result:
        """Give a recorded answer, at its times or at the chosen speed."""

        def due(seconds: float) -> float:
            return seconds / self.replay.speed if self.replay.speed else 0.0

        writes = [(due(at), data) for at, data in recorded.chunks]
        head, end = due(recorded.head_s), due(recorded.end_s)
        if not writes or head < writes[0][0]:
            writes.insert(0, (head, b""))
        if recorded.framing == "chunked" and end > writes[-1][0]:
            writes.append((end, b""))
        whole = recorded.end == "complete" and recorded.framing != "close"
        return Result(
            recorded.status,
            tuple((name, _on_the_wire(value)) for name, value in recorded.headers),
            tuple(writes),
            recorded.framing == "chunked",
            None if whole else End(end, reset=recorded.end == "reset"),
            (("model", end),),
            framed=True,
        )


def _on_the_wire(value: str) -> str:
    """Give a header's value as it is kept of a call: bytes that are no UTF-8 are surrogates."""
    try:
        return value.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # written by hand
        return value


ReplaySetting = Annotated[Replay, BeforeValidator(_setting)]
"""A replay, or the name of a cassette."""
