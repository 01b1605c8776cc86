"""Answers by rule: what is asked decides which answer is given, and what else becomes of the request."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType
from typing import Annotated, NamedTuple

from pydantic import Field
from pydantic.dataclasses import dataclass

from azureml_emulator.answers.ask import SECRET, Ask
from azureml_emulator.answers.conditions import Miss, When, missed
from azureml_emulator.answers.source import LATER, AnswerSource, DecidingSource, Decision
from azureml_emulator.answers.texts import Echo
from azureml_emulator.errors import NoRuleMatched
from azureml_emulator.faults import Fault
from azureml_emulator.latency import Latency
from azureml_emulator.spelling import SOME


@dataclass(frozen=True, config=LATER)
class Rule:
    """When all conditions of `when` hold: this answer, with these faults, at this latency."""

    when: When = Field(default_factory=dict)
    """The conditions by name; without any, it is for every call."""
    answer: AnswerSource | None = None
    """Where the answer comes from; if left out, as `otherwise` says."""
    faults: tuple[Fault, ...] = ()
    """What spoils the answer, and when, beside the faults of the deployment."""
    latency: Latency | None = None
    """How long it takes; if left out, as long as the deployment does."""
    name: str = ""
    """What the journal calls it; if left out, its number."""


class _Plan(NamedTuple):
    """A rule with its number, and the checks of its conditions: those that go by the call's number come last."""

    rule: Rule
    number: int
    plain: tuple[Callable[[Ask], bool], ...]
    counting: tuple[Callable[[Ask, int], bool], ...]

    @classmethod
    def of(cls, rule: Rule, number: int) -> "_Plan":
        conditions = rule.when.values()
        plain = tuple(one.holds for one in conditions if not one.counts)
        return cls(rule, number, plain, tuple(one.holds for one in conditions if one.counts))

    def counted(self, ask: Ask) -> bool:
        """Give the rule its turn, and say whether it is for the call of that number."""
        turn = ask.turn(self.rule)
        for holds in self.counting:  # noqa: SIM110  a generator takes twice as long
            if not holds(ask, turn):
                return False
        return True

    def miss(self, ask: Ask) -> Miss:
        """Say by how much it was missed; no turn is taken for that."""
        turns = ask.occasion.turns
        turn = turns.taken(self.rule) if turns else 1
        when = self.rule.when
        return missed(when if turn else {name: one for name, one in when.items() if not one.counts}, ask, turn)

    @property
    def title(self) -> str:
        return f"rule {self.number}" + (f" ({self.rule.name!r})" if self.rule.name else "")


@dataclass(frozen=True, config=LATER)
class Rules(DecidingSource):
    """The first of the `rules` whose conditions all hold says what the answer is; `otherwise` does if none is.

    The journal names the rule, or says which one was nearest and what differed. With `strict`, a request that no rule
    is for is refused with the same words. Numbers of calls go by the order of arrival, all else by the request.
    """

    example = MappingProxyType(
        {
            "rules": [
                {"when": {"prompt": {"contains": "weather"}, "call": 1}, "faults": [{"status": 429}]},
                {"when": {"prompt": {"contains": "weather"}}, "answer": {"fixed": "Sunny."}},
            ],
            "otherwise": "faker",
        }
    )

    rules: Annotated[tuple[Rule, ...], SOME]
    """Rules: `when` (conditions by name), and `answer`, `faults`, `latency`, `name` as needed."""
    otherwise: AnswerSource | None = None
    """What answers where no rule does, and where a rule names no answer; the echo if left out."""
    strict: bool = False
    """Whether a request that no rule is for is refused."""

    def __post_init__(self) -> None:
        if self.strict and self.otherwise is not None:
            raise ValueError("strict refuses what no rule is for, so there is no otherwise")
        plans = tuple(_Plan.of(rule, number) for number, rule in enumerate(self.rules, 1))
        _check_reached(plans)
        headers = {name for plan in plans for one in plan.rule.when.values() for name in one.headers}
        object.__setattr__(self, "_plans", plans)
        object.__setattr__(self, "_headers", headers)
        object.__setattr__(self, "_else", self.otherwise or Echo())

    def decide(self, ask: Ask) -> Decision:
        plans: tuple[_Plan, ...] = self._plans  # type: ignore[attr-defined]
        for plan in plans:
            for holds in plan.plain:
                if not holds(ask):
                    break
            else:
                if not plan.counting or plan.counted(ask):
                    return self._ruled(plan, ask)
        if self.strict:
            raise NoRuleMatched(self.explanation(ask))
        otherwise: AnswerSource = self._else  # type: ignore[attr-defined]
        decision = otherwise.decide(ask)
        return decision if decision.rule or decision.unmatched else decision._replace(unmatched=self._remark(ask))

    def _ruled(self, plan: _Plan, ask: Ask) -> Decision:
        rule = plan.rule
        source: AnswerSource = rule.answer or self._else  # type: ignore[attr-defined]
        decision = source.decide(ask)
        name = rule.name or str(plan.number)
        return decision._replace(
            faults=rule.faults + decision.faults,
            latency=decision.latency or rule.latency,
            rule=f"{name} / {decision.rule}" if decision.rule else name,
        )

    def _remark(self, ask: Ask) -> partial[str]:
        """Give what says why no rule was for a request; of its headers only those are kept that it needs.

        What depends on a header with a key is worked out now, so that the key is not kept.
        """
        headers: set[str] = self._headers  # type: ignore[attr-defined]
        if headers & SECRET:
            return partial(str, self.explanation(ask))
        given = ask.occasion.headers
        kept = {name: given[name] for name in headers if name in given}
        return partial(self.explanation, ask._replace(occasion=ask.occasion._replace(headers=kept)))

    def explanation(self, ask: Ask) -> str:
        """Say that no rule was for a request, which one was nearest, and what differed."""
        plans: tuple[_Plan, ...] = self._plans  # type: ignore[attr-defined]
        nearest, miss = min(((plan, plan.miss(ask)) for plan in plans), key=lambda one: one[1].far)
        return f"no rule matched; nearest is {nearest.title}: {miss.words}"


def _check_reached(plans: tuple[_Plan, ...]) -> None:
    """Find rules that no call can get to, as an earlier one takes them all. Raises `ValueError`."""
    seen: dict[str, _Plan] = {}
    for plan in plans:
        when = repr(sorted((name, repr(one)) for name, one in plan.rule.when.items()))
        earlier = seen.get(repr([])) or seen.get(when)
        if earlier:
            raise ValueError(f"{plan.title} is never reached: {earlier.title} takes every call that it would")
        if not plan.counting:
            seen[when] = plan
