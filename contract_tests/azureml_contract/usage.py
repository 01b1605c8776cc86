"""What is said to somebody who asked for what cannot be done."""

from collections.abc import Iterable


class WrongUsage(Exception):
    """What somebody typed cannot be done; the text says in one line what, and what was expected."""


def guess(word: str, known: Iterable[str]) -> str:
    """Give ` (did you mean 'x'?)` for the known word nearest to this one, or nothing."""
    from azureml_emulator.spelling import nearest

    return nearest(word, known)
