"""The command `azureml-contract`.

Exit codes: 0, the contract is kept; 1, it is broken; 2, wrong usage; 3, the kit itself failed.
"""

import argparse
import io
import re
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, NoReturn

from azureml_contract import commands
from azureml_contract.extra import MissingExtra
from azureml_contract.factory import NotFound
from azureml_contract.inspection import BadWaiver
from azureml_contract.usage import WrongUsage, guess

USAGE, KIT = 2, 3
INTERRUPTED = 130
"""The exit code of shells for what Ctrl-C ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    typed = list(sys.argv[1:] if arguments is None else arguments)
    shows = "--traceback" in typed
    try:
        options = parser().parse_args([one for one in typed if one != "--traceback"])
        options.traceback, options.alone = shows, arguments is None
        code: int = options.run(options)
    except (NotFound, BadWaiver, MissingExtra, WrongUsage) as error:
        print(f"azureml-contract: {error}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        return KIT
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  whatever it is, it is told in a line
        if shows:
            traceback.print_exception(error)
        said = " ".join(f"{type(error).__name__}: {error}".split())
        print(
            f"azureml-contract: the kit itself failed ({said}); please report it, with --traceback", file=sys.stderr
        )
        return KIT
    return code


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = _Parser(
        prog="azureml-contract",
        description="Prove that a content formatter, or a client, speaks the wire schema of an Azure ML endpoint.",
        epilog="--traceback with any command: if the kit itself fails, show where",
    )
    parser.add_argument("--version", action="version", version=version("azureml-emulator"))
    commands.describe(parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser))
    return parser


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, with a guess."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Raise `WrongUsage`."""
        choice = re.match(r"argument COMMAND: invalid choice: '(.*?)'", message)
        if choice:
            known = list(self._commands())
            word = choice[1]
            raise WrongUsage(f"there is no command {word!r}{guess(word, known)}; there are {', '.join(known)}")
        if message.startswith("unrecognized arguments: "):
            word = (message.split(": ", 1)[1].split(maxsplit=1) or [""])[0]
            raise WrongUsage(f"there is no option {word!r}{guess(word, self._known())}; see --help of the command")
        name = self.prog.partition(" ")[2]
        raise WrongUsage(f"{name}{': ' if name else ''}{message}; see azureml-contract {f'{name} --help'.lstrip()}")

    def _commands(self) -> dict[str, argparse.ArgumentParser]:
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                return dict(action.choices)
        return {}

    def _known(self) -> list[str]:
        return [option for one in self._commands().values() for option in one._option_string_actions]


if __name__ == "__main__":
    sys.exit(main())
