"""`azureml-emulator token`."""

import argparse
import os

from azureml_emulator.commands import Commands, describe_config, describe_files
from azureml_emulator.errors import ConfigError


def describe(commands: Commands) -> None:
    """Say what the command takes."""
    token = commands.add_parser("token", help="mint a token for an endpoint that takes tokens (aml_token, aad_token)")
    token.set_defaults(run=run)
    token.add_argument("endpoint", metavar="ENDPOINT")
    token.add_argument("--expires-in", type=int, default=3600, metavar="SECONDS")
    describe_files(token, "*")
    describe_config(token)


def run(options: argparse.Namespace) -> int:
    """Run it."""
    from time import time

    from azureml_emulator.access import mint
    from azureml_emulator.instructions import Instructions

    told = Instructions(tuple(options.files), options.config, tuple(options.sets), os.environ)
    known = {one.name: one for one in told.load().config.endpoints}
    if options.endpoint not in known:
        raise ConfigError(f"no endpoint {options.endpoint!r}; there are: {', '.join(known)}")
    print(mint(known[options.endpoint], time(), options.expires_in))
    return 0
