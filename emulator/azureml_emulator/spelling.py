"""Guess what somebody meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """Give ` (did you mean 'x'?)` for the known word nearest to this one, or nothing."""
    found = get_close_matches(word.lower(), list(known), n=1)
    return f" (did you mean {found[0]!r}?)" if found else ""
