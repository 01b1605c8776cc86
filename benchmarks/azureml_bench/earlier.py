"""Runs that were measured before: their summaries, read from files, and whether they may be compared at all."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from azureml_bench.summary import Summary
from azureml_bench.usage import WrongUsage

_ANYTHING = ("seed",)
"""What two runs that are compared may have differently."""


def read(file: Path) -> Summary:
    """Read a `summary.json`. Raises `WrongUsage` that says what is wrong with it, and `OSError`."""
    try:
        return Summary.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise WrongUsage(f"{file}: expected a summary.json; {place}{': ' if place else ''}{first['msg']}") from None


def check(files: Sequence[tuple[Path, Summary]]) -> None:
    """See that all runs had the same plan. Raises `WrongUsage` that says in what they differ."""
    (first, reference), *others = files
    for file, told in others:
        differences = list(differing(reference.plan, told.plan))
        if differences or reference.plan_hash != told.plan_hash:
            shown = "; ".join(differences[:3]) or f"plan_hash: {reference.plan_hash} and {told.plan_hash}"
            raise WrongUsage(f"{first} and {file} were measured differently, so they cannot be compared: {shown}")


def differing(one: Mapping[str, Any], other: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Name the settings in which two plans differ, and their values."""
    for name in sorted(one.keys() | other.keys()):
        before, after = one.get(name), other.get(name)
        if before == after or (not place and name in _ANYTHING):
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from differing(before, after, f"{place}{name}.")
        else:
            yield f"{place}{name}: {before!r} and {after!r}"


def warnings(base: Sequence[Summary], head: Sequence[Summary]) -> list[str]:
    """Say what else may have made the difference."""
    found = ["weaker: runs, not interleaved blocks; what changed on the machine in between is part of the effect"]
    if max(one.began for one in base) < min(one.began for one in head):
        found.append("all of base was measured before all of head: take turns, or compare live")
    for what in ("version", "python", "system", "processors"):
        values = sorted({str(getattr(one.tool, what)) for one in (*base, *head)})
        if len(values) > 1:
            found.append(f"measured with different {what}: {', '.join(values)}")
    return found
