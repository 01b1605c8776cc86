"""Contracts as classes of tests: a test for each check, a live endpoint for each class of a client."""

import inspect
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from azureml_contract.check import Check, Subject, all_checks
from azureml_contract.client import Clients
from azureml_contract.extra import MissingExtra
from azureml_contract.factory import Factory
from azureml_contract.inspection import Formatters, Inspection
from azureml_contract.pytest_proof import search, settle, wire_of
from azureml_contract.search import DEFAULT_EXAMPLES
from azureml_contract.selection import needless
from azureml_contract.stage import Stage
from azureml_contract.wire import Wire

KEPT = ("test_contract", "test_no_check_is_taken_away", "pytest_generate_tests", "_asked", "_judged")
"""What a subclass must leave as it is."""


class _Contract:
    """What contracts of formatters and of clients share.

    `schema` is the name of a wire schema or a `Wire`, `api_type` is `dedicated` or `serverless` where that is not the
    schema's own. `waivers` says by id why a check is let fail. `examples` is how many cases Hypothesis makes up for a
    check, `seed` varies them; `--contract-examples` and `--contract-seed` go before both.
    """

    schema: Any = ""
    api_type: str = ""
    waivers: Mapping[str, str] = {}
    examples: int = DEFAULT_EXAMPLES
    seed: int | None = None
    _subject: ClassVar[Subject]

    def make_formatter(self) -> Any:
        """Make a fresh formatter. This is yours to write."""
        raise NotImplementedError(f"{type(self).__name__} needs a method make_formatter that returns a formatter")

    @classmethod
    def fresh_formatter(cls) -> Any:
        """Make a formatter where there is no test, as another process does."""
        return cls().make_formatter()

    def wire(self) -> Wire:
        """Give the wire that is proved. Raises `ValueError`."""
        return wire_of(self.schema, self.api_type)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make a test of each check that can be asked."""
        if "contract_check" in metafunc.fixturenames:
            checks, _ = self._asked()
            cases = [pytest.param(one, id=f"{one.id}-{one.name}") for one in checks]
            metafunc.parametrize("contract_check", cases)

    def test_no_check_is_taken_away(self) -> None:
        """Fail where no check can be asked, where one is deleted or overridden, and for a waiver of nothing."""
        checks, wrong = self._asked()
        told = [*_taken_away(self), *(wrong or needless(self.waivers, checks, self.schema))]
        if told:
            pytest.fail("\n".join(f"{type(self).__name__}: {one}" for one in told), pytrace=False)

    def _asked(self) -> tuple[list[Check], list[str]]:
        """Give the checks that can be asked, and what is in the way of asking any."""
        try:
            spoken = self.wire()
            return [one for one in all_checks().values() if one.suits(self._subject, spoken)], []
        except (MissingExtra, ValueError) as error:
            return [], [str(error)]

    def _judged(self, check: Check, subject: Any, test: pytest.Item) -> None:
        reason = str(self.waivers.get(check.id, "")).strip()
        searched = search(test.config, self.examples, self.seed)
        inspection = Inspection(subject, subject.wire, searched, waivers={check.id: reason} if reason else {})
        settle(inspection.judge(check), inspection, test)


class FormatterContract(_Contract):
    """Subclass it, say which wire schema, and make the formatter: each check that can be asked is a test of its own.

    ```
    class TestMine(FormatterContract):
        schema = "gpt2"
        waivers = {"R03": "why it may fail"}

        def make_formatter(self):
            return MyFormatter()
    ```
    """

    _subject = "formatter"

    def test_contract(self, contract_check: Check, request: pytest.FixtureRequest) -> None:
        """Put one check to the formatter."""
        self._judged(contract_check, Formatters(_formatters(self), self.wire()), request.node)


class ClientContract(_Contract):
    """Subclass it, say which wire schema, and make the client and its formatter.

    `make_client` is given LangChain's settings (`endpoint_url`, `endpoint_api_key`, `endpoint_api_type`,
    `content_formatter`) and those that a check is about. The endpoint is a live one on the loopback, one for each
    class.
    """

    _subject = "client"

    def make_client(self, **settings: Any) -> Any:
        """Make a fresh client with these settings. This is yours to write."""
        raise NotImplementedError(f"{type(self).__name__} needs a method make_client that returns a client")

    @classmethod
    def fresh_client(cls, **settings: Any) -> Any:
        """Make a client where there is no test, as another process does."""
        return cls().make_client(**settings)

    def test_contract(self, contract_check: Check, contract_stage: Stage, request: pytest.FixtureRequest) -> None:
        """Put one check to the client."""
        contract_stage.clear()
        clients = Factory(self.make_client, **_home(self, "fresh_client"))
        subject = Clients(clients, _formatters(self), self.wire(), contract_stage)
        self._judged(contract_check, subject, request.node)


def _formatters(contract: _Contract) -> Factory:
    return Factory(contract.make_formatter, **_home(contract, "fresh_formatter"))


def _home(contract: _Contract, attribute: str) -> dict[str, str]:
    """Say what the subject is called, and where another process finds it."""
    kind = type(contract)
    importable = "<" not in kind.__qualname__
    return {
        "name": f"{kind.__module__.rpartition('.')[2]}:{kind.__qualname__}",
        "origin": f"{kind.__module__}:{kind.__qualname__}.{attribute}" if importable else "",
        "file": inspect.getfile(kind) if importable else "",
    }


def _taken_away(contract: _Contract) -> list[str]:
    kind = type(contract)
    own = next(one for one in kind.__mro__ if one.__module__ == __name__)
    return [
        f"{name} is {'deleted' if getattr(kind, name) is None else 'overridden'}; a check that is to be let fail has"
        ' a waiver instead: waivers = {"R03": "why"}'
        for name in KEPT
        if getattr(kind, name) is not getattr(own, name)
    ]
