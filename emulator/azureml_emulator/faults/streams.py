"""Faults of streams: what becomes of their events. An answer that is no stream is not struck."""

import json
from collections.abc import Sequence
from types import MappingProxyType

from pydantic.dataclasses import dataclass

from azureml_emulator.faults.events import json_events, with_json
from azureml_emulator.faults.fault import STRICT, Fault, Incident, Share
from azureml_emulator.faults.timetable import has_body
from azureml_emulator.wire import Reply, Result, Write


@dataclass(frozen=True, config=STRICT)
class ErrorEvent(Fault):
    """In mid-stream comes an event that is an error; nothing follows but what ends a stream, `[DONE]`.

    That is what vLLM does, which Microsoft's containers run (read in its code; reported, vllm-project/guidellm#743).
    """

    example = MappingProxyType({"after": 0.5, "message": "the engine died", "probability": 0.1})

    after: Share = 0.5
    """The share of the events that come before it."""
    message: str = "Internal server error"
    """What it says."""
    code: int = 500
    """The status that it tells, too late for the head."""

    def in_container(self, result: Result, incident: Incident) -> Result:
        places = json_events(result.writes) if result.chunked else []
        if not places:
            return result
        place = places[min(int(len(places) * self.after), len(places) - 1)]
        error = {"message": self.message, "type": "InternalServerError", "param": None, "code": self.code}
        text = json.dumps({"error": error}, separators=(",", ":")).encode()
        due, event = result.writes[place]
        end = [one for one in result.writes[places[-1] + 1 :] if one[1]]
        told = ((due, with_json(event, lambda _: text)), *((due, data) for _, data in end))
        return result._replace(writes=(*result.writes[:place], *told))


@dataclass(frozen=True, config=STRICT)
class StreamCut(Fault):
    """The stream ends early, as if it were complete, but without its last events and without `[DONE]`."""

    example = MappingProxyType({"share": 0.5, "probability": 0.1})

    share: Share = 0.5
    """The share of the events that still come, rounded down; the last one never does."""

    def in_container(self, result: Result, incident: Incident) -> Result:
        places = json_events(result.writes) if result.chunked else []
        if not places:
            return result
        left = places[min(int(len(places) * self.share), len(places) - 1)]
        return result._replace(writes=result.writes[:left] or ((result.writes[0][0], b""),))


@dataclass(frozen=True, config=STRICT)
class DuplicatedChunks(Fault):
    """Some events of a stream come twice, one after the other; which ones, seed and request decide."""

    example = MappingProxyType({"share": 0.2})

    share: Share = 0.2
    """The share of the events that come twice; one does at least."""

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        twice = _some(reply, self.share, incident)
        if not twice:
            return reply
        writes = [[one, one] if place in twice else [one] for place, one in enumerate(reply.writes)]
        return reply._replace(writes=tuple(one for ones in writes for one in ones))


@dataclass(frozen=True, config=STRICT)
class ReorderedChunks(Fault):
    """Some events of a stream change places with the one after them; which ones, seed and request decide."""

    example = MappingProxyType({"share": 0.2})

    share: Share = 0.2
    """The share of the events that do; one does at least. A stream of fewer than two events is not struck."""

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        swapped = _some(reply, self.share, incident, 1)
        writes = list(reply.writes)
        for place, after in swapped.items():
            writes[place], writes[after] = _swapped(writes, place, after)
        return reply._replace(writes=tuple(writes)) if swapped else reply


def _some(reply: Reply, share: float, incident: Incident, spare: int = 0) -> dict[int, int]:
    """Draw some of the events that have `spare` others after them; each is given with the place of the next."""
    places = json_events(reply.writes) if reply.chunked and has_body(reply) else []
    after = dict(zip(places, [*places[1:], places[-1]] if places else [], strict=True))
    drawn = list(zip(places[: len(places) - spare], incident.draw.units(b"chunks"), strict=False))
    if not drawn:
        return {}
    least = min(unit for _, unit in drawn)
    return {place: after[place] for place, unit in drawn if unit < share or unit == least}


def _swapped(writes: Sequence[Write], place: int, after: int) -> tuple[Write, Write]:
    """Let two pieces change places, but not times."""
    (early, first), (late, second) = writes[place], writes[after]
    return (early, second), (late, first)
