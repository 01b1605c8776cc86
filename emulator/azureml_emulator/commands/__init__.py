"""The commands of `azureml-emulator`: each is a module, known as soon as it exists.

A module says with `describe(commands)` what its command takes, and imports what it needs when it runs.
"""

import argparse
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  it has no public name
else:
    Commands = Any

DEFAULT_PORT = 8900


def describe(commands: Commands) -> None:
    """Say what each of the commands takes."""
    for module in _modules():
        module.describe(commands)


def _modules() -> Iterator[Any]:
    return (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))


def describe_files(command: argparse.ArgumentParser, number: str) -> None:
    """Let a command take files: Azure's own, or a configuration."""
    command.add_argument(
        "files",
        nargs=number,
        metavar="FILE",
        help="Azure's own YAML of endpoints and deployments, or a configuration",
    )
    command.add_argument(
        "--set",
        dest="sets",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of Azure's deployment files, as for `az ml online-deployment create --set`",
    )


def describe_config(command: argparse.ArgumentParser) -> None:
    """Let a command take a configuration."""
    command.add_argument("--config", metavar="FILE", help="a YAML file; see `azureml-emulator config-schema`")
