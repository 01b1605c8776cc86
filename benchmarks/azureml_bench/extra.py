"""What a command needs beside the base install."""

from importlib import import_module
from typing import Any


class MissingExtra(ImportError):
    """Something is not installed; the text says how to install it."""


def need(module: str, extra: str, what: str) -> Any:
    """Import a module that an extra brings. Raises `MissingExtra` where it is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name and not module.startswith(error.name):
            raise
        raise MissingExtra(f"{what} needs {module}: pip install 'azureml-emulator[{extra}]'") from None
