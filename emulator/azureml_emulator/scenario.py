"""What a person says about a scenario: which settings change, and when."""

from dataclasses import field
from math import inf
from typing import Any

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from azureml_emulator.durations import Duration, spelled

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, config=_STRICT)
class Step:
    """What happens at one time: settings change, or go back to what the configuration says, or first that, then this.

    Raises pydantic's `ValidationError`, a `ValueError`, for a step in which nothing happens.
    """

    at: Duration
    """When, counted from the start, or from when the round began: seconds, or a time such as `1m30s`."""
    endpoint: str | None = None
    """The endpoint whose settings change; if left out, all of them."""
    deployment: str | None = None
    """The deployment whose settings change; if left out, the endpoint's own and those of all its deployments."""
    set: dict[str, Any] = field(default_factory=dict)
    """Settings as in a configuration, such as `{state: not_ready}`."""
    recover: bool = False
    """Whether all settings go back to what the configuration says, before any are set."""
    label: str = ""
    """What to call it in the log and in the journal."""

    def __post_init__(self) -> None:
        if not self.set and not self.recover:
            raise ValueError("expected settings to `set`, or `recover: true`")

    @property
    def title(self) -> str:
        """What to call it, if it has no label: whose settings change."""
        who = "/".join(one for one in (self.endpoint, self.deployment) if one)
        what = [*(["recover"] if self.recover else []), *self.set]
        return self.label or f"{who + ': ' if who else ''}{', '.join(what)}"


@dataclass(frozen=True, config=_STRICT)
class Scenario:
    """A timeline of steps. It ends with the last, or begins a new round from what the configuration says.

    Raises pydantic's `ValidationError`, a `ValueError`, for rounds that a step does not fit in.
    """

    steps: tuple[Step, ...]
    """What happens; the order of time counts, not the order in which they are written."""
    every: Duration | None = None
    """How long a round takes, seconds or a time such as `1m30s`; then it starts over."""
    loop: bool = False
    """Whether it starts over without `every`: when the last step, which is to recover, is reached."""

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError("expected at least one step")
        if self.every is not None:
            late = [one.at for one in self.steps if one.at >= self.every]
            if late:
                raise ValueError(f"a step at {spelled(late[0])} is not within a round of {spelled(self.every)}")
        elif self.loop:
            last = self.in_order[-1]
            if last.set or not last.at:
                when = spelled(last.at)
                raise ValueError(
                    f"the last step, at {when}, would last no time; say with `every` how long a round is"
                )

    @property
    def in_order(self) -> tuple[Step, ...]:
        """The steps in the order of time."""
        return tuple(sorted(self.steps, key=lambda one: one.at))

    @property
    def round_s(self) -> float:
        """How long a round takes in seconds, infinite if there is one only."""
        if self.every is not None:
            return self.every
        return max(one.at for one in self.steps) if self.loop else inf
