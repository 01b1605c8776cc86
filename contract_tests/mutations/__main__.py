"""Break the emulator in each way that concerns the test modules named as arguments, and tell who noticed."""

import sys

from contract_tests.breaking import main

main(sys.argv[1:])
