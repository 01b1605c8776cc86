"""Assertions on what was asked: they wait if need be, and when they fail they show the call that came nearest."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from threading import Event
from time import monotonic
from typing import Any, TypedDict, Unpack

from azureml_emulator.difference import differences, likeness, same, short
from azureml_emulator.journal import Exchange, Journal
from azureml_emulator.spelling import nearest

_LISTED = 10
"""Calls that a message lists, the newest."""


class Expected(TypedDict, total=False):
    """What a call may be expected to be, by the names of what the journal knows of it.

    Values are compared exactly: 1, 1.0 and true are three values. A compiled regular expression stands for every text
    in which it is found, `unittest.mock.ANY` for anything.
    """

    prompt: Any
    """One of the decoded prompts; for chat, the content of the last message."""
    prompts: Any
    """All prompts, in order."""
    messages: Any
    """The conversation of a chat request."""
    parameters: Mapping[str, Any]
    """The generation parameters as sent: all of them."""
    stream: bool
    """Whether a stream was asked for."""
    status: int
    """The status of the answer."""
    deployment: str | None
    """The deployment that answered; None if the call did not get so far."""
    faults: Any
    """The faults that struck, by name."""
    rule: str
    """The rule of the answer source's that matched, by its name."""
    notes: Any
    """What the journal remarks on it."""
    method: str
    """The method."""
    path: Any
    """The path as it was called."""
    client_request_id: str
    """What the caller sent as `x-ms-client-request-id`."""


class Witness(ABC):
    """Has seen calls, and can be asked about them. A call counts from when it has arrived and is decided upon.

    Copies of calls, which went to a deployment by `mirror_traffic`, do not count; `calls` has them, marked `mirror`.
    """

    @property
    @abstractmethod
    def calls(self) -> list[Exchange]:
        """What was asked, oldest first."""

    @abstractmethod
    def _seen_by(self) -> tuple[str, Journal]:
        """Say who was asked, in words, and where it is written down."""

    def wait_for(self, count: int = 1, timeout: float = 5.0, **expected: Unpack[Expected]) -> list[Exchange]:
        """Wait until so many calls have come that are as expected; give all that have.

        Raises `AssertionError` after `timeout` seconds, which says what did come; `ValueError` if the journal is too
        short for so many.
        """
        __tracebackhide__ = True
        who, journal = self._seen_by()
        if count > journal.limit:
            raise ValueError(f"the journal keeps {journal.limit} exchanges; cannot wait for {count}")
        until = monotonic() + timeout
        came = Event()
        with journal.telling(came.set):
            while True:
                came.clear()
                late = monotonic() >= until
                calls = self._counted()
                found = _as(expected, calls)
                if len(found) >= count:
                    return found
                if late:
                    break
                came.wait(max(until - monotonic(), 0))
        story = _listed(calls) if not expected or not calls else _story(expected, calls)
        wanted = " as expected" if expected else ""
        raise AssertionError(f"{who}: waited {timeout:g} s for {_calls(count)}{wanted}, {len(found)} came{story}")

    def assert_called(self, times: int | None = None) -> None:
        """Raise `AssertionError` unless there were so many calls; without a number, unless there were any."""
        __tracebackhide__ = True
        calls = self._counted()
        if not calls if times is None else len(calls) != times:
            wanted = "any call" if times is None else _calls(times)
            raise AssertionError(f"{self._seen_by()[0]}: expected {wanted}, there were {len(calls)}{_listed(calls)}")

    def assert_not_called(self) -> None:
        """Raise `AssertionError` if there was any call."""
        __tracebackhide__ = True
        calls = self._counted()
        if calls:
            raise AssertionError(f"{self._seen_by()[0]}: expected no call, there were {len(calls)}{_listed(calls)}")

    def assert_called_with(self, **expected: Unpack[Expected]) -> Exchange:
        """Give the newest call that is as expected in all that is said.

        Raises `AssertionError` if there is none, which shows the nearest and what is different.
        """
        __tracebackhide__ = True
        calls = self._counted()
        found = _as(expected, calls)
        if not found:
            raise AssertionError(f"{self._seen_by()[0]}: no call is as expected{_story(expected, calls)}")
        return found[-1]

    def _counted(self) -> list[Exchange]:
        return [one for one in self.calls if not one.mirror]


def _as(expected: Mapping[str, Any], calls: Iterable[Exchange]) -> list[Exchange]:
    """Give the calls that are as expected."""
    unknown = [name for name in expected if name not in Expected.__annotations__]
    if unknown:
        guess = nearest(unknown[0], Expected.__annotations__)
        known = ", ".join(Expected.__annotations__)
        raise TypeError(f"a call has no {unknown[0]!r}{guess}; expected some of {known}")
    return [one for one in calls if all(_holds(one, name, value) for name, value in expected.items())]


def _holds(call: Exchange, name: str, value: Any) -> bool:
    if name == "prompt":
        return any(same(value, one) for one in call.prompts)
    return same(value, getattr(call, name))


def _likeness(expected: Mapping[str, Any], call: Exchange) -> float:
    return sum(
        max((likeness(value, one) for one in call.prompts), default=0.0)
        if name == "prompt"
        else likeness(value, getattr(call, name))
        for name, value in expected.items()
    )


def _differences(expected: Mapping[str, Any], call: Exchange) -> Iterator[str]:
    for name, value in expected.items():
        if _holds(call, name, value):
            continue
        if name == "prompt":
            closest = max(call.prompts, key=lambda one: likeness(value, one), default=None)
            if closest is None:
                yield f"prompt: expected {short(value)}, but nobody read the body"
                continue
            yield from differences(value, closest, name)
        else:
            yield from differences(value, getattr(call, name), name)


def _story(expected: Mapping[str, Any], calls: list[Exchange]) -> str:
    """Show the call that comes nearest, and what is different."""
    if not calls:
        return "; there was none"
    number, call = max(enumerate(calls, 1), key=lambda one: (_likeness(expected, one[1]), one[0]))
    told = "\n  ".join(_differences(expected, call)) or "nothing is different"
    alike = [name for name, value in expected.items() if _holds(call, name, value)]
    rest = f"\nas expected: {', '.join(alike)}" if alike else ""
    return f"; the nearest is number {number} of {len(calls)}, {_shown(call)}:\n  {told}{rest}"


def _listed(calls: list[Exchange]) -> str:
    """List the newest calls."""
    first = max(len(calls) - _LISTED, 0)
    lines = [f"\n  {number}. {_shown(one)}" for number, one in enumerate(calls[first:], first + 1)]
    return ":" * bool(lines) + ("\n  ..." if first else "") + "".join(lines)


def _shown(call: Exchange) -> str:
    """Show a call in a line: what was asked, and how it was answered."""
    prompts = call.prompts
    asked = f" {short(prompts[0] if len(prompts) == 1 else prompts)}" if prompts else ""
    why = f" ({' '.join(call.problem.split())[:80]})" if call.status >= 400 and call.problem else ""
    return f"{call.method} {call.path}{asked} -> {call.status}{why}"


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"
