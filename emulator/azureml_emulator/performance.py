"""A scenario at play: at each call, whatever is due by then has happened."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from math import inf
from typing import Any, NamedTuple, Protocol

from azureml_emulator.durations import spelled
from azureml_emulator.errors import EmulatorError
from azureml_emulator.journal import Exchange
from azureml_emulator.scenario import Scenario, Step

_REMEMBERED = 100

_COUNTING = ("faults", "answer")
"""Settings that go by how often they had their turn."""


class Stage(Protocol):
    """Where it plays: endpoints whose settings can change, and go back."""

    def change(self, name: str, deployment: str = "", **settings: Any) -> None:
        """Give settings."""

    def recover(self, name: str, deployment: str = "") -> None:
        """Go back."""

    def names(self) -> Iterable[str]:
        """Name the endpoints."""


class Taken(NamedTuple):
    """A step that was taken: in which round, counted from 1, and why it came to nothing if it did."""

    step: Step
    round: int
    problem: str = ""

    def __str__(self) -> str:
        when = f"{spelled(self.step.at)} of round {self.round}" if self.round > 1 else spelled(self.step.at)
        return f"{when}: {self.step.title}" + (f" (not done: {self.problem})" if self.problem else "")


class Performance:
    """Takes the steps of a scenario when they are due; it has no clock, but is told what time it is.

    `began` is when it began, `due` when the next step is, both in Unix seconds. `told` is called with each step that
    is taken. A step for what is no longer there, or cannot be any more, is passed over, with a note. Of rounds that
    nobody saw, nothing is done: each begins from what the configuration says.
    """

    def __init__(
        self, scenario: Scenario, began: float | None, told: Callable[[Taken], None] = lambda _: None
    ) -> None:
        self.scenario = scenario
        self.taken: deque[Taken] = deque(maxlen=_REMEMBERED)
        self._steps = scenario.in_order
        self._told = told
        self.restart(began)

    def restart(self, began: float | None) -> None:
        """Begin from the beginning; without a time, when it is told the next one."""
        self.began = began
        self.due = -inf
        self.round = 1
        self.done = 0
        self.taken.clear()

    def repeat(self) -> None:
        """Take the steps of this round again, when next told the time: settings were changed by other hands."""
        self.due = -inf
        self.done = 0

    @property
    def title(self) -> str:
        """What the last step that was taken is called."""
        return self.taken[-1].step.title if self.taken else ""

    def sign(self, *exchanges: Exchange | None) -> None:
        """Note in exchanges which step was the last."""
        for exchange in exchanges:
            if exchange is not None:
                exchange.scenario = self.title

    def advance(self, at: float, stage: Stage) -> None:
        """Take all steps that are due by a time in Unix seconds. Times that go back change nothing."""
        if at < self.due:
            return
        if self.began is None:
            self.began = at
        length = self.scenario.round_s
        number = 1 if length == inf else max(int((at - self.began) // length), 0) + 1
        if number > self.round:
            self.leave(stage)
            self.round, self.done = number, 0
        start = self.began + (0.0 if length == inf else (self.round - 1) * length)
        while self.done < len(self._steps) and start + self._steps[self.done].at <= at:
            self._take(self._steps[self.done], stage)
            self.done += 1
        self.due = start + (self._steps[self.done].at if self.done < len(self._steps) else length)

    def leave(self, stage: Stage) -> None:
        """Let all endpoints that it is about go back to what the configuration says."""
        for name in self._about(stage):
            stage.recover(name)

    def _about(self, stage: Stage) -> list[str]:
        named = {one.endpoint for one in self._steps}
        return [name for name in stage.names() if None in named or name in named]

    def _take(self, step: Step, stage: Stage) -> None:
        problem = ""
        deployment = step.deployment or ""
        for name in [step.endpoint] if step.endpoint else list(stage.names()):
            try:
                if step.recover:
                    stage.recover(name, deployment)
                if step.set:
                    stage.change(name, deployment, **_anew(step.set))
            except (KeyError, ValueError, EmulatorError) as error:
                problem = " ".join(str(error.args[0] if isinstance(error, KeyError) else error).split())
        taken = Taken(step, self.round, problem)
        self.taken.append(taken)
        self._told(taken)


def _anew(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give settings whose turns are counted from here on: `times: 2` means twice each time that a step is taken."""
    return {name: deepcopy(value) if name in _COUNTING else value for name, value in settings.items()}
