"""The same for the tests with LangChain's own classes: each of them notices when the emulator is broken."""

import pytest

from contract_tests.breaking import CHAT, COMPLETION, PAGE, noticing, pairs
from contract_tests.mutations import MUTATIONS

MODULES = [CHAT, COMPLETION, PAGE]
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
