"""The search for the smallest input that breaks a contract: curated ones first, all of them, then Hypothesis'."""

from collections.abc import Callable, Iterable
from typing import Any

from azureml_contract.broken import UNSAID, Broken, Raised
from azureml_contract.constants import unaware

DEFAULT_EXAMPLES = 25


class Search:
    """Puts a condition to many cases.

    `examples` is how many Hypothesis makes up, beside the curated ones. They are the same in every run unless there
    is a `seed`. Of the curated cases that break the contract, the smallest is reported; those of Hypothesis are
    shrunk.
    """

    def __init__(self, examples: int = DEFAULT_EXAMPLES, seed: int | None = None) -> None:
        self.examples = examples
        self.seed = seed

    def __call__(self, holds: Callable[[Any], None], cases: Iterable[Any] = (), strategy: Any = None) -> None:
        """Raise the `Broken` of the smallest case for which `holds` raises one, if any does.

        `holds` may let a `Raised` pass: nothing was to be raised then.
        """
        broken = [found for case in cases if (found := _broken(holds, case))]
        if broken:
            raise min(broken, key=_size)
        if strategy is not None and self.examples:
            self._made_up(holds, strategy)

    def _made_up(self, holds: Callable[[Any], None], strategy: Any) -> None:
        from hypothesis import HealthCheck, Phase, given, seed, settings
        from hypothesis.errors import Flaky

        seen: list[Broken] = []

        @settings(
            max_examples=self.examples,
            derandomize=self.seed is None,
            database=None,
            deadline=None,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        )
        @given(strategy)
        def trial(case: Any) -> None:
            if found := _broken(holds, case):
                seen.append(found)
                raise found

        try:
            with unaware():
                (trial if self.seed is None else seed(self.seed)(trial))()
        except Flaky:  # what is checked does not do the same twice, which is no better
            raise min(seen, key=_size) from None


def _broken(holds: Callable[[Any], None], case: Any) -> Broken | None:
    try:
        holds(case)
    except Broken as broken:
        found = broken
    except Raised as raised:
        found = raised.broken()
    else:
        return None
    if found.case is UNSAID:
        found.case = case
    return found


def _size(broken: Broken) -> tuple[int, str]:
    shown = repr(broken.case)
    return len(shown), shown
