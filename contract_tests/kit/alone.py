"""How the doors for pytest are tested: by tests within a test, in this process, with no other plugin.

Such tests forget what they imported; whatever is imported here, before, they do not import again.
"""

import azureml_contract.pytest_contract
import azureml_emulator.emulator
from azureml_contract import factory, wire
from azureml_contract.inspection import Formatters, Inspection
from contract_tests.zoo.reference import Reference

ALONE = ("-p", "azureml_contract.pytest_plugin", "--assert=plain")

assert azureml_contract.pytest_contract
assert azureml_emulator.emulator
_GPT2 = wire.known("gpt2")
assert list(Inspection(Formatters(factory.of(Reference), _GPT2), _GPT2, only=["R03"]).run())
