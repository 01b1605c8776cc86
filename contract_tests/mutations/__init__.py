"""Ways to break the emulator on purpose, by theme, each with the tests that must notice; see `breaking.py`."""

from contract_tests.breaking import MUTATIONS
from contract_tests.mutations import azure, door, serverless, shapes, streams, text

__all__ = ["MUTATIONS", "azure", "door", "serverless", "shapes", "streams", "text"]
