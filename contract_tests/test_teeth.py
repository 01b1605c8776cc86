"""The tests have teeth: break the emulator on purpose, and the right test fails."""

import pytest

from contract_tests.breaking import DEV, judge, modules_of, noticing, pairs
from contract_tests.mutations import MUTATIONS

MODULES = modules_of(DEV)
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
