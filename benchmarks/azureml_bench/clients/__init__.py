"""The clients that are known by name, one module each: one that stands here is one, its `_` being a `-`.

A module says in its docstring what the client is, in `NEEDS` what to install for it, in `SPEAKS` which wire schemas
it has words for (empty: any). `factory(url, key, wire)` makes it: something that takes a prompt and gives the text,
or, if `wire.stream`, the pieces of the text. Coroutines are welcome. Whatever is not Python's own is imported in the
factory, so that the time it takes is seen.
"""

import pkgutil
from importlib import import_module
from types import ModuleType

FLOOR = "floor"
"""The client that no other can beat: it is measured beside all."""


def names() -> list[str]:
    """Name those that are known, in the order of the alphabet."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__))


def module(name: str) -> ModuleType | None:
    """Give the module of a known client, None where nobody knows it. `_` and `-` are the same."""
    known = name.replace("_", "-")
    return import_module(f"{__name__}.{known.replace('-', '_')}") if known in names() else None
