"""What a check raises: the contract is broken, by which input, and what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final


class _Unsaid:
    def __repr__(self) -> str:
        return "(nothing)"


UNSAID: Final = _Unsaid()
"""Stands where there is no value, since None is one."""


@dataclass(frozen=True)
class Told:
    """What a report says as it is, where there is no value to show."""

    text: str

    def __repr__(self) -> str:
        return self.text


class Broken(Exception):
    """A contract is broken: `summary` says in one sentence how.

    `case` is the input, `expected` and `got` are what was to come of it and what came, `labels` what these two are
    called on a report, `body` the bytes that went over the wire. Each is `UNSAID` where there is none.
    """

    def __init__(
        self,
        summary: str,
        case: Any = UNSAID,
        expected: Any = UNSAID,
        got: Any = UNSAID,
        body: Any = UNSAID,
        labels: tuple[str, str] = ("expected", "got"),
    ) -> None:
        super().__init__(summary)
        self.summary = summary
        self.case = case
        self.expected = expected
        self.got = got
        self.body = body
        self.labels = labels


@dataclass
class Raised(Exception):
    """Somebody's code raised: `call` is what was called, `error` what it raised.

    A check that expects an error looks at it; where none is expected, it breaks the contract.
    """

    call: str
    error: BaseException

    @property
    def name(self) -> str:
        """The error's class."""
        return type(self.error).__name__

    def broken(self, case: Any = UNSAID, summary: str = "") -> Broken:
        """Turn it into a breach: nothing was to be raised, or not that."""
        if isinstance(self.error, SystemExit):
            summary = f"Your code called sys.exit({self.error.code!r}), which ends the program it runs in."
        said = str(self.error)
        told = Told(f"{self.name}: {said}" if said else self.name)
        return Broken(summary or f"{self.call} raised {self.name}.", case, got=told, labels=("expected", "it raised"))


@contextmanager
def theirs(call: str, *passing: type[Exception]) -> Iterator[None]:
    """Run somebody's code: whatever it raises, `sys.exit()` too, comes as `Raised` by `call`.

    What the kit itself raises on the way, and what is `passing`, comes as it is.
    """
    own: tuple[type[Exception], ...] = (Broken, Raised, *passing)
    try:
        yield
    except own:
        raise
    except (Exception, SystemExit) as error:
        raise Raised(call, error) from error


class Refused(Exception):
    """An endpoint of the wire would refuse a body, or there is no text in an answer; the text says why."""
