"""Keeps Hypothesis from drawing the constants that stand in whatever modules happen to be loaded.

With them, other cases would be made up on a command line than in a test, and to look for them costs seconds where the
project is installed in place. No setting leaves them out, so a part of Hypothesis that is not public is replaced for
the time of a search; in a version that has no such part, nothing is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_FOUND = "_get_local_constants"
_CHOSEN = "CONSTANTS_CACHE"


@contextmanager
def unaware() -> Iterator[None]:
    """Leave such constants out as long as the block lasts."""
    from hypothesis.internal.conjecture import providers

    kinds: Any = getattr(providers, "Constants", None)
    look: Any = getattr(providers, _FOUND, None)
    if kinds is None or look is None or not hasattr(providers, _CHOSEN):
        yield
        return
    none = kinds()
    chosen: Any = getattr(providers, _CHOSEN)
    setattr(providers, _CHOSEN, type(chosen)(chosen.max_size))
    setattr(providers, _FOUND, lambda: none)
    try:
        yield
    finally:
        setattr(providers, _FOUND, look)
        setattr(providers, _CHOSEN, chosen)
