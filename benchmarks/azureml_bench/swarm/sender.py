"""Sends requests at their own time, or as fast as users are answered, with a greenlet for each request."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import gevent
from gevent.pool import Group

from azureml_bench.load import Due, Phases
from azureml_bench.outcome import CUT, DROPPED
from azureml_bench.sample import Sample

_SECOND = 1_000_000_000
_EARLY = 1_000_000


class Asks(Protocol):
    """What sends a request: `Asking.ask`."""

    def __call__(self, number: int, body: bytes, phase: str, intended: int | None) -> Sample:
        """Send it, and give how it went."""


@dataclass
class Sender:
    """Sends, and tells of each sample as it ends. `now` may be below 0: the run has not begun.

    `sent` is how many requests it took up, those that it dropped or cut too: each of them is told.
    """

    ask: Asks
    body: Callable[[int], bytes]
    now: Callable[[], int]
    heard: Callable[[Sample], None]
    sent: int = 0
    _out: Group = field(default_factory=Group)
    _users: Group = field(default_factory=Group)

    def open_loop(self, dues: Iterable[Due], max_in_flight: int, phases: Phases) -> None:
        """Send each request when it is due, whatever became of those before; drop those beyond `max_in_flight`."""
        for due, body in self._made(dues):
            self._wait(due.at)
            self.sent += 1
            if len(self._out) >= max_in_flight:
                now = self.now()
                self.heard(Sample(due.number, due.phase, due.at, now, now, DROPPED.name))
                continue
            self._spawn(due, body, due.at)
        self._drain(phases)

    def closed_loop(self, numbers: Iterable[Iterable[int]], phases: Phases, pace: float = 0.0) -> None:
        """Have a user for each of the series of numbers, who sends one request after the other."""
        ends = round(phases.sending * _SECOND)

        def user(own: Iterable[int]) -> None:
            for number in own:
                body = self.body(number)
                at = self.now()
                if at >= ends:
                    return
                self.sent += 1
                gevent.wait([self._spawn(Due(number, at, phases.of(at / _SECOND)), body, None)])
                self._wait(at + round(pace * _SECOND))

        self._wait(0)
        for own in numbers:
            self._users.spawn(user, own)
        self._wait(ends)
        self._drain(phases)

    def cut(self) -> None:
        """End all that is out; each is told of as cut."""
        self._users.kill()
        self._out.kill()
        gevent.sleep(0.01)  # the links of those that were cut are run by the loop

    def _made(self, dues: Iterable[Due]) -> Iterator[tuple[Due, bytes]]:
        """Write each body before its request is due."""
        return ((due, self.body(due.number)) for due in dues)

    def _wait(self, at: int) -> None:
        """Come on time: timers are late by up to a millisecond, so what is left is spent looking at the clock."""
        wait = at - self.now() - _EARLY
        if wait > 0:
            gevent.get_hub().loop.update_now()
            gevent.sleep(wait / _SECOND)
        gevent.sleep(0)  # what came in meanwhile is heard, however late this is
        while self.now() < at:
            gevent.sleep(0)

    def _spawn(self, due: Due, body: bytes, intended: int | None) -> Any:
        made = gevent.Greenlet(self.ask, due.number, body, due.phase, intended)
        self._out.add(made)
        made.link_value(lambda done: self._ended(due, done.value))
        made.start()
        gevent.sleep(0)  # it is sent before anything else is made
        return made

    def _ended(self, due: Due, value: Any) -> None:
        if isinstance(value, Sample):
            self.heard(value)
        else:
            now = self.now()
            self.heard(Sample(due.number, due.phase, due.at, min(due.at, now), now, CUT.name))

    def _drain(self, phases: Phases) -> None:
        """Wait for what is out, and cut what still is when the time is over."""
        until = round((phases.sending + phases.drain) * _SECOND)
        self._out.join(timeout=max(until - self.now(), 0) / _SECOND)
        self.cut()
