"""Edits of the timetable of a reply: pieces, their order in time, and what is left of them."""

from collections.abc import Iterable, Iterator, Sequence

from azureml_emulator.wire import Reply, Write


def has_body(reply: Reply) -> bool:
    """Say whether any of the body would go out."""
    return (reply.end is None or reply.end.head is None) and any(data for _, data in reply.writes)


def retimed(reply: Reply, writes: Sequence[Write]) -> Reply:
    """Give the same body at other times; what is due after the answer breaks off is lost."""
    if reply.end is not None:
        end = reply.end.at
        writes = [one for one in writes if one[0] <= end] or [(end, b"")]
    return reply._replace(writes=tuple(writes))


def followed(pieces: Iterable[Write], gap: float) -> list[Write]:
    """Let each piece come `gap` seconds after the one before, or when it was due anyway."""
    writes: list[Write] = []
    for due, data in pieces:
        writes.append((max(due, writes[-1][0] + gap) if writes else due, data))
    return writes


def cut(writes: Sequence[Write], size: int) -> tuple[Write, ...]:
    """Keep the first so many bytes; the time when the head goes out stays."""
    return tuple(_first(writes, size)) or ((writes[0][0], b""),)


def _first(writes: Iterable[Write], size: int) -> Iterator[Write]:
    for due, data in writes:
        if size <= 0:
            return
        yield due, data[:size]
        size -= len(data)
