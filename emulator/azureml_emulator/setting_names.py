"""Which settings there are at a place of a configuration: read off the classes that hold them."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from azureml_emulator.variant import member_at, settings_of

if TYPE_CHECKING:
    from azureml_emulator.yaml_source import Loc


def at(root: type, loc: "Loc") -> list[str]:
    """Name the settings at a location of the validator's."""
    owner, member = root, False
    for step in loc:
        if isinstance(step, int):
            continue
        chosen = member_at(step)
        owner, member = chosen or _below(owner).get(step, owner), chosen is not None
    return ["type", *settings_of(owner)] if member else settings_of(owner)


def as_written(loc: "Loc") -> "Loc":
    """Leave out the names of variants, which are a level for the validator but none in the file."""
    return tuple(step for step in loc if member_at(step) is None)


@cache
def _below(owner: type) -> dict[str, type]:
    """Give the class of each setting that has settings of its own."""
    hints = get_type_hints(owner, include_extras=True)
    found = {name: next(_classes(hint), None) for name, hint in hints.items()}
    return {name: one for name, one in found.items() if one is not None}


def _classes(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and is_dataclass(hint):
        yield hint
    for one in get_args(hint):
        yield from _classes(one)
