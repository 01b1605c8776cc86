"""The contract tests have teeth: break the emulator's shape on purpose, and the right test fails."""

import pytest

from contract_tests.breaking import CLIENT, CURL, EVERY, NEW, NOTEBOOK, OPENAI, noticing, pairs
from contract_tests.mutations import MUTATIONS

MODULES = [CLIENT, CURL, EVERY, NEW, NOTEBOOK, OPENAI]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def noticed():
    return noticing(MODULES)


@pytest.mark.parametrize(("mutation", "module"), pairs(MODULES))
def test_noticed(noticed, mutation, module):
    outcome = noticed[mutation][module]
    if outcome == "skipped":
        pytest.skip(f"the tests that should notice are skipped in {module}")
    assert MUTATIONS[mutation].noticed[module] in outcome
    assert not outcome.startswith(("setup of", "teardown of", "<"))


@pytest.mark.parametrize("module", MODULES)
def test_nothing_fails_when_nothing_is_broken(noticed, module):
    outcome = noticed["nothing"][module]
    if outcome == "skipped":
        pytest.skip(f"skipped in {module} as well")
    assert outcome == "passed"
