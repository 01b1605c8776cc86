"""The events of a streamed answer: where their JSON is, whatever frames it."""

from collections.abc import Callable, Sequence

from azureml_emulator.wire import Result, Write

Edit = Callable[[bytes], bytes]


def is_json(result: Result) -> bool:
    """Say whether a whole answer is JSON."""
    headers = {name.lower(): value for name, value in result.headers}
    kind, packed = headers.get("content-type", ""), "content-encoding" in headers
    return kind.startswith("application/json") and not packed and bool(result.body)


def json_events(writes: Sequence[Write]) -> list[int]:
    """Give the places of the writes that carry an event: a JSON object, with what frames it."""
    return [place for place, (_, data) in enumerate(writes) if b"{" in data]


def with_json(event: bytes, edit: Edit) -> bytes:
    """Change the JSON of an event, or what another fault has left of it; what frames it stays."""
    start, end = event.index(b"{"), len(event.rstrip())
    return event[:start] + edit(event[start:end]) + event[end:]


def edited(result: Result, places: Sequence[int], edit: Edit) -> Result:
    """Change the JSON of the events at some places of a stream."""
    if not places:
        return result
    writes = list(result.writes)
    for place in places:
        due, event = writes[place]
        writes[place] = (due, with_json(event, edit))
    return result._replace(writes=tuple(writes))
