"""`azureml-emulator config-schema`."""

import argparse
import json

from azureml_emulator.commands import Commands


def describe(commands: Commands) -> None:
    """Say what the command takes."""
    described = commands.add_parser("config-schema", help="print the JSON Schema of configuration files")
    described.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Run it."""
    from azureml_emulator import config

    print(json.dumps(config.json_schema(), indent=2))
    return 0
