"""The commands, one module each: `describe` says what it takes, `run` runs it. A module that stands here is one."""

import argparse
import pkgutil
from importlib import import_module

Commands = argparse._SubParsersAction  # noqa: SLF001  it has no public name


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what each command takes."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}").describe(commands)
