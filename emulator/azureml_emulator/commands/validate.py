"""`azureml-emulator validate`."""

import argparse
import sys
from typing import Any

from azureml_emulator.commands import Commands, describe_config, describe_files
from azureml_emulator.errors import ConfigError


def describe(commands: Commands) -> None:
    """Say what the command takes."""
    validate = commands.add_parser("validate", help="check configuration files, or Azure's own")
    validate.set_defaults(run=run)
    describe_files(validate, "+")
    describe_config(validate)


def run(options: argparse.Namespace) -> int:
    """Run it."""
    from azureml_emulator.instructions import Instructions

    try:
        settings, notes, _ = Instructions(tuple(options.files), options.config, tuple(options.sets)).load()
        _placed(settings)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    for note in notes:
        print(note)
    names = ", ".join(one.name for one in settings.endpoints)
    print(f"{', '.join(options.files)}: valid, {len(settings.endpoints)} endpoint(s): {names}")
    return 0


def _placed(settings: Any) -> None:
    """Check what no single setting shows: that the endpoints can live side by side."""
    from azureml_emulator.engine import Engine

    Engine(settings.endpoints)
