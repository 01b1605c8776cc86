"""What a formatter of any class remembers: its attributes, in `__dict__` or in `__slots__`."""

import inspect
from typing import Any


def state(formatter: Any) -> dict[str, Any]:
    """Return the attributes of `formatter` by name, those in slots too; slots that are not set are left out."""
    slots = {
        name: getattr(formatter, name)
        for cls in type(formatter).__mro__
        for name, member in vars(cls).items()
        if inspect.ismemberdescriptor(member) and not name.startswith("__") and hasattr(formatter, name)
    }
    return {**slots, **getattr(formatter, "__dict__", {})}


def different(one: Any, other: Any) -> list[str]:
    """Return the names of the attributes that two formatters do not have in common."""
    first, second = state(one), state(other)
    same = {name for name in first.keys() & second.keys() if first[name] == second[name]}
    return sorted((first.keys() | second.keys()) - same)
