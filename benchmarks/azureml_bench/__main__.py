"""`python -m azureml_bench` is the command `azureml-bench`."""

import sys

from azureml_bench.cli import main

if __name__ == "__main__":
    sys.exit(main())
