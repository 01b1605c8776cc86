"""The command `azureml-contract`.

Exit codes: 0, the contract is kept; 1, it is broken; 2, wrong usage; 3, the kit itself failed.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

from azureml_contract import commands
from azureml_contract.factory import NotFound
from azureml_contract.inspection import BadWaiver

USAGE, KIT = 2, 3
INTERRUPTED = 130
"""The exit code of shells for what Ctrl-C ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give the exit code."""
    try:
        options = parser().parse_args(arguments)
        code: int = options.run(options)
    except (NotFound, BadWaiver, ValueError) as error:
        print(f"azureml-contract: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="azureml-contract",
        description="Prove that a content formatter, or a client, speaks the wire schema of an Azure ML endpoint.",
    )
    parser.add_argument("--version", action="version", version=version("azureml-emulator"))
    commands.describe(parser.add_subparsers(required=True, metavar="COMMAND"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
