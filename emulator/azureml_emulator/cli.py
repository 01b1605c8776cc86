"""The command `azureml-emulator`."""

import argparse
import io
import sys
from collections.abc import Sequence
from importlib.metadata import version

from azureml_emulator import commands
from azureml_emulator.errors import ConfigError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the result is the exit code: 0 for success, 1 for a failure told in one line, 2 for usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except ConfigError as error:
        first, *more = str(error).splitlines()
        also = f" (and {len(more)} more; `azureml-emulator validate` lists them)" if more else ""
        print(f"azureml-emulator: {first}{also}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    except OSError as error:
        print(f"azureml-emulator: cannot write: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return code


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="azureml-emulator", description="Azure Machine Learning's scoring endpoints on your own machine."
    )
    parser.add_argument("--version", action="version", version=version("azureml-emulator"))
    commands.describe(parser.add_subparsers(required=True, metavar="COMMAND"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
