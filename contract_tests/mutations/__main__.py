"""Break the emulator in each way that concerns the test modules named as arguments, and tell who noticed."""

import sys

import contract_tests.mutations as _all  # noqa: F401  to import them is to enter them into the table
from contract_tests.breaking import main

main(sys.argv[1:])
