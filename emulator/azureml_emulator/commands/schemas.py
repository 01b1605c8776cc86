"""`azureml-emulator schemas`."""

import argparse
import json
from typing import Any

from azureml_emulator.commands import DEFAULT_PORT, Commands
from azureml_emulator.errors import ConfigError


def describe(commands: Commands) -> None:
    """Say what the command takes."""
    schemas = commands.add_parser("schemas", help="list the wire shapes, or show one with an example")
    schemas.set_defaults(run=run)
    schemas.add_argument("name", nargs="?", metavar="NAME", help="the one to show")
    schemas.add_argument("--model", metavar="MODEL", help="say which shape a model of the catalog speaks, and why")


def run(options: argparse.Namespace) -> int:
    """Run it."""
    from azureml_emulator import table
    from azureml_emulator.schemas import all_schemas, find

    if options.model is not None:
        return _of_model(options.model)
    if options.name is None:
        rows = [(name, one.api_type.name, one.paths[0], one.about) for name, one in all_schemas().items()]
        print(table.columns([("NAME", "API TYPE", "PATH", "WHAT"), *rows]))
        return 0
    try:
        schema = find(options.name)
    except ValueError as error:
        raise ConfigError(f"unknown schema {options.name!r}: {error}") from None
    print(_shown(schema))
    return 0


def _of_model(model: str) -> int:
    """Say for each kind of endpoint which shape a model speaks there."""
    from azureml_emulator import table
    from azureml_emulator.api_type import API_TYPES
    from azureml_emulator.model_catalog import shape_of

    rows, problems = [], []
    for kind in API_TYPES.values():
        try:
            schema, pattern, why = shape_of(model, kind)
        except ValueError as error:
            problems.append(str(error))
        else:
            rows.append((schema.name, kind.name, pattern, f"{why}; {schema.evidence}"))
    if not rows:
        raise ConfigError(problems[0])
    print(table.columns([("NAME", "API TYPE", "PATTERN", "WHY"), *rows]))
    return 0


def _shown(schema: Any) -> str:
    from azureml_emulator import table
    from azureml_emulator.endpoint import DEVELOPMENT_KEY, built_in
    from azureml_emulator.examples import answered

    names = [one.name for one in built_in()]
    port = DEFAULT_PORT + 1 + names.index(schema.name)
    url = f"http://127.0.0.1:{port}{schema.paths[0]}"
    return "\n".join(
        [
            f"{schema.name}: {schema.about}",
            f"api type:  {schema.api_type.name}",
            f"paths:     {', '.join(schema.paths)}",
            f"evidence:  {schema.evidence}",
            "",
            "request:",
            json.dumps(schema.example, indent=2, ensure_ascii=False),
            "",
            "response:",
            json.dumps(table.shortened(answered(schema)), indent=2, ensure_ascii=False),
            "",
            "with `azureml-emulator serve` running:",
            table.curl(url, DEVELOPMENT_KEY, schema.example),
        ]
    )
