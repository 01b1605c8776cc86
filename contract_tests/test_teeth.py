"""The tests have teeth: break the emulator on purpose, and the right test of this environment fails."""

import pytest

from contract_tests.breaking import judge, modules_here, noticing, pairs
from contract_tests.mutations import MUTATIONS

MODULES = modules_here()
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def noticed():
    return noticing(MODULES)


@pytest.mark.parametrize(("mutation", "module"), pairs(MODULES))
def test_noticed(noticed, mutation, module):
    judge(noticed[mutation][module], MUTATIONS[mutation].noticed[module])


@pytest.mark.parametrize("module", MODULES)
def test_nothing_fails_when_nothing_is_broken(noticed, module):
    judge(noticed["nothing"][module], "passed")
