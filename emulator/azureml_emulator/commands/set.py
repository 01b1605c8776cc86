"""`azureml-emulator set`: change an endpoint of an emulator that runs, from a script."""

import argparse
import json
from typing import Any

from azureml_emulator.commands import DEFAULT_PORT, Commands
from azureml_emulator.errors import ConfigError


def describe(commands: Commands) -> None:
    """Say what the command takes."""
    command = commands.add_parser("set", help="change settings of an endpoint while it is served")
    command.set_defaults(run=run)
    command.add_argument("endpoint", metavar="NAME", help="the endpoint")
    command.add_argument(
        "settings",
        nargs="*",
        default=[],
        metavar="SETTING=VALUE",
        help="the value in YAML; without any, what is set goes back",
    )
    command.add_argument("--deployment", default="", metavar="NAME", help="one of its deployments only")
    command.add_argument(
        "--url", default=f"http://127.0.0.1:{DEFAULT_PORT}", help="the emulator's main address (%(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Run it."""
    from urllib.parse import quote

    settings = dict(map(_setting, options.settings))
    path = f"/_emulator/endpoints/{quote(options.endpoint, safe='')}"
    query = f"?deployment={quote(options.deployment)}" if options.deployment else ""
    if settings:
        answer = _asked(options.url, "PATCH", path + query, settings)
    else:
        answer = _asked(options.url, "POST", f"{path}/reset{query}", None)
    print(f"{options.endpoint}: not as configured: {', '.join(answer['changed']) or 'nothing'}")
    return 0


def _setting(written: str) -> tuple[str, Any]:
    from azureml_emulator import yaml_source

    name, equals, value = written.partition("=")
    if not equals or not name:
        raise ConfigError(f"expected SETTING=VALUE, such as latency=200, not {written!r}")
    return name, yaml_source.read(value, name).document


def _asked(address: str, method: str, path: str, value: Any) -> Any:
    """Ask the emulator's own routes. Raises `ConfigError` for what it refuses, and when nobody is there."""
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import ProxyHandler, Request, build_opener

    url = address.rstrip("/") + path
    body = None if value is None else json.dumps(value, default=str).encode()
    try:
        request = Request(url, body, method=method)  # noqa: S310  whoever runs this says which address
        with build_opener(ProxyHandler({})).open(request, timeout=10) as response:
            return json.load(response)
    except HTTPError as error:
        with error:
            raise ConfigError(_reason(error.read()) or f"{url}: {error.code} {error.reason}") from None
    except (HTTPException, OSError, OverflowError, ValueError) as error:
        reason = " ".join(str(getattr(error, "reason", error)).split())
        raise ConfigError(f"{url}: {reason:.200}") from None


def _reason(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return ""
