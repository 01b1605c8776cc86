"""The command `azureml-bench`.

Exit codes: 0, measured (and every objective met); 1, an objective missed, or slower than before; 2, wrong usage;
3, the measurement is not valid: the harness was the bottleneck, or nothing could be measured.
"""

import argparse
import io
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, NoReturn

from azureml_bench import commands
from azureml_bench.extra import MissingExtra
from azureml_bench.usage import WrongUsage

MISSED, USAGE, INVALID = 1, 2, 3
INTERRUPTED = 130
"""The exit code of shells for what Ctrl-C ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        options = parser().parse_args(arguments)
        code: int = options.run(options)
    except (WrongUsage, MissingExtra) as error:
        print(f"azureml-bench: {error}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        return INVALID
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"azureml-bench: {place}{error.strerror or error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = _Parser(
        prog="azureml-bench",
        description="Measure the latency of an Azure ML endpoint, of a client, and what a change did to it.",
    )
    parser.add_argument("--version", action="version", version=version("azureml-emulator"))
    commands.describe(parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser))
    return parser


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Raise `WrongUsage`."""
        name = self.prog.partition(" ")[2]
        raise WrongUsage(f"{name}{': ' if name else ''}{message}; see {self.prog} --help")


if __name__ == "__main__":
    sys.exit(main())
