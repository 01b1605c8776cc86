"""A run of checks over one formatter, or one client."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from azureml_contract.broken import Broken, Raised
from azureml_contract.check import Check, all_checks
from azureml_contract.factory import Factory
from azureml_contract.formatter import Formatter
from azureml_contract.search import Search
from azureml_contract.verdict import Verdict
from azureml_contract.wire import Wire


class BadWaiver(Exception):
    """A waiver that names no check, or gives no reason; the text says which."""


@dataclass(frozen=True)
class Inspection:
    """What is inspected, against which wire, and how thoroughly.

    `only` are the ids of the checks to run, all that suit if there are none; `waivers` says by id why a failure is
    accepted. Raises `BadWaiver`.
    """

    subject: Any
    wire: Wire
    search: Search = field(default_factory=Search)
    only: Collection[str] = ()
    waivers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = all_checks()
        for id_, reason in self.waivers.items():
            if id_ not in known:
                raise BadWaiver(f"there is no check {id_!r} to waive")
            if not reason.strip():
                raise BadWaiver(f"the waiver of {id_} gives no reason")

    @property
    def checks(self) -> list[Check]:
        """The checks that will be run, in order."""
        suiting = [one for one in all_checks().values() if one.suits(self.subject.kind, self.wire)]
        return [one for one in suiting if not self.only or one.id in self.only]

    def run(self) -> Iterator[Verdict]:
        """Run them one after the other."""
        for one in self.checks:
            yield self.judge(one)

    def judge(self, check: Check) -> Verdict:
        """Run one check. What the kit itself stumbles over is raised as it is."""
        reason = self.waivers.get(check.id, "")
        begun = perf_counter()
        broken = _breach(lambda: check.run(self.subject, self.wire, self.search))
        seconds = perf_counter() - begun
        if broken is None:
            return Verdict(check, "stale" if reason else "passed", None, reason, seconds)
        return Verdict(check, "waived" if reason else "failed", broken, reason, seconds)


def _breach(run: Callable[[], None]) -> Broken | None:
    try:
        run()
    except Broken as broken:
        return broken
    except Raised as raised:
        return raised.broken()
    return None


@dataclass(frozen=True)
class Formatters:
    """A formatter as the subject of checks: each of them makes as many fresh ones as it needs."""

    factory: Factory
    wire: Wire
    kind: str = "formatter"

    def __call__(self) -> Formatter:
        """Make a fresh one. Raises `Raised` if that fails."""
        return Formatter(self.factory, self.wire)
