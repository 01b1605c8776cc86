"""The command `azureml-emulator`."""

import argparse
import io
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from azureml_emulator import commands
from azureml_emulator.errors import ConfigError

INTERRUPTED = 130
"""The exit code of shells for what Ctrl-C ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give the exit code.

    0 is success, 1 a failure told in one line, 2 wrong usage, 130 a command that was interrupted before its end.
    """
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
        return INTERRUPTED
    return code


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="azureml-emulator", description="Azure Machine Learning's scoring endpoints on your own machine."
    )
    parser.add_argument("--version", action="version", version=version("azureml-emulator"))
    commands.describe(parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_AnyOrder))
    return parser


class _AnyOrder(argparse.ArgumentParser):
    """Takes options between arguments, too: `set NAME --deployment blue latency=200`."""

    _reads = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Read what can be, and give the rest."""
        if self._reads:  # that is how arguments and options are read apart
            return super().parse_known_args(args, namespace)
        self._reads = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._reads = False


if __name__ == "__main__":
    sys.exit(main())
