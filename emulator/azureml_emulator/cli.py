"""The command `azureml-emulator`."""

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from azureml_emulator.errors import ConfigError

_DEFAULT_PORT = 8900


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the result is the exit code: 0 for success, 1 for a failure told in one line, 2 for usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except ConfigError as error:
        first, *more = str(error).splitlines()
        also = f" (and {len(more)} more; `azureml-emulator validate` lists them)" if more else ""
        print(f"azureml-emulator: {first}{also}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    except OSError as error:
        print(f"azureml-emulator: cannot write: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return code


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="azureml-emulator", description="Azure Machine Learning's scoring endpoints on your own machine."
    )
    parser.add_argument("--version", action="version", version=version("azureml-emulator"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    _describe_serve(commands)
    schemas = commands.add_parser("schemas", help="list the wire shapes, or show one with an example")
    schemas.set_defaults(run=_schemas)
    schemas.add_argument("name", nargs="?", metavar="NAME")
    schemas.add_argument("--model", metavar="MODEL", help="say which shape a model of the catalog speaks, and why")

    validate = commands.add_parser("validate", help="check configuration files, or Azure's own")
    validate.set_defaults(run=_validate)
    _describe_files(validate, "+")
    validate.add_argument("--config", metavar="FILE")

    described = commands.add_parser("config-schema", help="print the JSON Schema of configuration files")
    described.set_defaults(run=_config_schema)

    _describe_token(commands)
    health = commands.add_parser("healthcheck", help="exit with 0 if an emulator is up and taking work, else with 1")
    health.set_defaults(run=_healthcheck)
    health.add_argument("--url", help="its main address; without one, that of the configuration")
    health.add_argument("--config", metavar="FILE")
    health.add_argument("--host")
    health.add_argument("--port", type=int)
    health.add_argument("--timeout", type=float, default=2.0, metavar="SECONDS")
    return parser


def _describe_token(commands: Any) -> None:
    token = commands.add_parser("token", help="mint a token for an endpoint that takes tokens (aml_token, aad_token)")
    token.set_defaults(run=_token)
    token.add_argument("endpoint", metavar="ENDPOINT")
    token.add_argument("--expires-in", type=int, default=3600, metavar="SECONDS")
    _describe_files(token, "*")
    token.add_argument("--config", metavar="FILE")


def _describe_serve(commands: Any) -> None:
    serve = commands.add_parser("serve", help="run the emulator; without files, one endpoint per wire shape")
    serve.set_defaults(run=_serve)
    _describe_files(serve, "*")
    serve.add_argument("--config", metavar="FILE", help="a YAML file; see `azureml-emulator config-schema`")
    serve.add_argument(
        "--port", type=int, help=f"the main port ({_DEFAULT_PORT}); endpoints take the next ones; 0: any"
    )
    serve.add_argument("--host", help="the address to listen on (127.0.0.1)")
    serve.add_argument("--seed", type=int, help="decides everything that is random (0)")
    serve.add_argument("--log-format", choices=("text", "json"), help="how requests are logged, on standard error")
    serve.add_argument(
        "--print-urls", choices=("table", "json"), help="how the endpoints are shown, on standard output"
    )
    serve.add_argument("--ready-file", metavar="PATH", help="written when all ports are open, removed at the end")
    serve.add_argument(
        "--no-reload",
        dest="reload",
        action="store_const",
        const=False,
        help="do not take over files when they are saved",
    )


def _describe_files(command: argparse.ArgumentParser, number: str) -> None:
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


def _serve(options: argparse.Namespace) -> int:
    import asyncio
    import signal

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the server has its own way to stop
    from azureml_emulator import serving
    from azureml_emulator.instructions import Instructions

    named = ("port", "host", "seed", "log_format", "print_urls", "ready_file", "reload")
    settings = {name: getattr(options, name) for name in named}
    told = Instructions(tuple(options.files), options.config, tuple(options.sets), os.environ, settings)
    asyncio.run(serving.serve(told.load(), told.load))
    return 0


def _schemas(options: argparse.Namespace) -> int:
    from azureml_emulator import table
    from azureml_emulator.schemas import all_schemas, find

    if options.model is not None:
        return _schemas_of(options.model)
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


def _schemas_of(model: str) -> int:
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
    port = _DEFAULT_PORT + 1 + names.index(schema.name)
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


def _validate(options: argparse.Namespace) -> int:
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


def _config_schema(_: argparse.Namespace) -> int:
    from azureml_emulator import config

    print(json.dumps(config.json_schema(), indent=2))
    return 0


def _token(options: argparse.Namespace) -> int:
    from time import time

    from azureml_emulator.access import mint
    from azureml_emulator.instructions import Instructions

    told = Instructions(tuple(options.files), options.config, tuple(options.sets), os.environ)
    known = {one.name: one for one in told.load().config.endpoints}
    if options.endpoint not in known:
        raise ConfigError(f"no endpoint {options.endpoint!r}; there are: {', '.join(known)}")
    print(mint(known[options.endpoint], time(), options.expires_in))
    return 0


def _healthcheck(options: argparse.Namespace) -> int:
    from http.client import HTTPException
    from urllib.request import ProxyHandler, build_opener

    from azureml_emulator import config
    from azureml_emulator.addresses import reachable

    settings = config.load(options.config, os.environ, {"host": options.host, "port": options.port})
    address = options.url or f"http://{reachable(settings.host)}:{settings.port}"
    url = address.rstrip("/") + "/_emulator/health"
    try:
        build_opener(ProxyHandler({})).open(url, timeout=options.timeout).close()
    except (HTTPException, OSError, OverflowError, ValueError) as error:
        reason = " ".join(str(getattr(error, "reason", error)).split())
        print(f"azureml-emulator: {url}: {reason:.200}", file=sys.stderr)
        return 1
    print(f"{url}: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
