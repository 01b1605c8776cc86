"""`azureml-emulator fit`."""

import argparse
from typing import Any

from azureml_emulator.commands import Commands
from azureml_emulator.errors import ConfigError

_ANY_SHAPE = "gpt2"
"""The shape of an endpoint whose own is not known: it takes any model of latency."""


def describe(commands: Commands) -> None:
    """Say what the command takes."""
    fit = commands.add_parser("fit", help="make latency models of a cassette's times, as a configuration")
    fit.set_defaults(run=run)
    fit.add_argument("cassette", metavar="CASSETTE", help="a file that `azureml-emulator record` wrote")


def run(options: argparse.Namespace) -> int:
    """Run it."""
    import yaml

    from azureml_emulator.recording.cassette import Cassette
    from azureml_emulator.recording.fitting import fits

    try:
        found = fits(Cassette.load(options.cassette))
    except ValueError as error:
        raise ConfigError(str(error)) from None
    print(f"# fitted to {options.cassette}; milliseconds, recorded and by the model")
    for one in found:
        print("\n".join(f"# {line}".rstrip() for line in _told(one)))
    endpoints = [{"name": one.name, "schema": one.schema or _ANY_SHAPE, "latency": one.setting} for one in found]
    print(yaml.safe_dump({"endpoints": endpoints}, sort_keys=False, allow_unicode=True, width=110), end="")
    return 0


def _told(fit: Any) -> list[str]:
    """Say what a fit rests on, and how well it fits."""
    from azureml_emulator import table
    from azureml_emulator.recording.fitting import SHOWN

    head = ("", *(f"p{share}" for share in SHOWN), *(f"p{share} of the model" for share in SHOWN))
    rows = [
        (what, *(f"{one:.4g}" for one in recorded), *(f"{one:.4g}" for one in model))
        for what, (recorded, model) in fit.quality.items()
        if recorded
    ]
    unknown = "" if fit.schema else "; its shape is not known, so set `schema` yourself"
    return ["", f"{fit.name}: {fit.basis}{unknown}", *table.columns([head, *rows]).splitlines()]
