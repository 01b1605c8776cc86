"""Somebody's code, which may raise anything and must not end what measures it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class NotMade(Exception):
    """A client cannot be made; the text says why in one line."""


@contextmanager
def theirs(fail: Callable[[BaseException], object], *passing: type[Exception]) -> Iterator[None]:
    """Run somebody's code: `fail` is given whatever it raises, `sys.exit()` too, but what is `passing`."""
    try:
        yield
    except passing:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  theirs may be anything
        fail(error)


def not_made(what: str) -> Callable[[BaseException], None]:
    """Have it raise `NotMade`, saying what failed, and how."""

    def fail(error: BaseException) -> None:
        raise NotMade(f"{what}: {in_a_line(error)}") from None

    return fail


def in_a_line(error: BaseException) -> str:
    """Write an error in one line."""
    said = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
