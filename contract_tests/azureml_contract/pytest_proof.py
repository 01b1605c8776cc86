"""A contract proved within a test, and how its verdicts become the outcome of the test."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from azureml_contract import factory, wire
from azureml_contract.extra import MissingExtra
from azureml_contract.formatter import TO_TEXT
from azureml_contract.inspection import Formatters, Inspection
from azureml_contract.report.block import block
from azureml_contract.search import DEFAULT_EXAMPLES, Search
from azureml_contract.selection import needless, selected
from azureml_contract.verdict import Verdict
from azureml_contract.wire import Wire


def wire_of(schema: Any, api_type: str) -> Wire:
    """Give the wire that a schema's name or a `Wire` means. Raises `ValueError`."""
    if not schema:
        raise ValueError('expected a wire schema, such as schema="gpt2"')
    return schema if isinstance(schema, Wire) else wire.known(schema, api_type)


def search(config: pytest.Config, examples: int, seed: int | None) -> Search:
    """Give the search that the options ask for, or else these settings."""
    asked: int | None = config.getoption("contract_examples", None)
    varied: int | None = config.getoption("contract_seed", None)
    return Search(examples if asked is None else asked, seed if varied is None else varied)


def settle(verdict: Verdict, inspection: Inspection, test: pytest.Item) -> None:
    """Make a verdict the outcome of the running test."""
    if verdict.outcome == "waived":
        pytest.xfail(verdict.reason)
    if verdict.outcome != "passed":  # a waived one comes here with --runxfail
        pytest.fail(block(verdict, inspection, again(test)), pytrace=False)


def again(test: pytest.Item) -> str:
    """Give the command that runs a test again."""
    given = {name: test.config.getoption(name, None) for name in ("contract_examples", "contract_seed")}
    options = [f" --{name.replace('_', '-')} {value}" for name, value in given.items() if value is not None]
    return f'pytest "{test.nodeid}"{"".join(options)}'


class Proof:
    """What the fixture `formatter_contract` is: call it with what makes a formatter.

    Its settings are those of the marker, and those of the call before them. `used` tells whether it was called.
    """

    def __init__(self, request: pytest.FixtureRequest, settings: Mapping[str, Any]) -> None:
        self.used = False
        self._request = request
        self._settings = settings

    def __call__(self, make: Callable[[], Any], **settings: Any) -> None:
        """Prove the contract, and fail the test with all that is wrong, once.

        `schema`, `checks` (ids, names or families, all that suit if there are none), `waivers`, `api_type`,
        `examples` and `seed` are as in `FormatterContract`.
        """
        self.used = True
        try:
            told = self._judged(make, **{**self._settings, **settings})
        except (MissingExtra, ValueError, TypeError) as error:
            told = [f"formatter_contract: {error}"]
        if told:
            pytest.fail("\n\n".join(told), pytrace=False)

    def _judged(
        self,
        make: Callable[[], Any],
        schema: Any = "",
        checks: str | Iterable[str] = "",
        waivers: Mapping[str, str] | None = None,
        api_type: str = "",
        examples: int = DEFAULT_EXAMPLES,
        seed: int | None = None,
    ) -> list[str]:
        """Give a block for all that is wrong. Raises `ValueError` and `TypeError` for what cannot be proved."""
        if not callable(make) or (hasattr(make, TO_TEXT) and not isinstance(make, type)):
            raise TypeError("expected a class or a function that makes a formatter, not a formatter")
        spoken = wire_of(schema, api_type)
        only = selected(checks)
        subject = Formatters(factory.of(make), spoken)
        searched = search(self._request.config, examples, seed)
        inspection = Inspection(subject, spoken, searched, only, {})
        if not inspection.checks:
            raise ValueError(f"none of {checks!r} can be asked of {spoken.name}")
        if wrong := needless(waivers or {}, inspection.checks, spoken.name):
            raise ValueError("\n".join(wrong))
        inspection = Inspection(subject, spoken, searched, only, waivers or {})
        verdicts = list(inspection.run())
        waived = [(one.check.id, one.reason) for one in verdicts if one.outcome == "waived"]
        self._request.node.user_properties.extend((f"waived {id_}", reason) for id_, reason in waived)
        bad = [block(one, inspection, again(self._request.node)) for one in verdicts if one.bad]
        return [*bad, f"{len(verdicts) - len(bad)}/{len(verdicts)} checks hold"] if bad else []
