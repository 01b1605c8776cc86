"""`azureml-emulator healthcheck`."""

import argparse
import os
import sys

from azureml_emulator.commands import Commands, describe_config


def describe(commands: Commands) -> None:
    """Say what the command takes."""
    health = commands.add_parser("healthcheck", help="exit with 0 if an emulator is up and taking work, else with 1")
    health.set_defaults(run=run)
    health.add_argument("--url", help="its main address; without one, that of the configuration")
    describe_config(health)
    health.add_argument("--host")
    health.add_argument("--port", type=int)
    health.add_argument("--timeout", type=float, default=2.0, metavar="SECONDS")


def run(options: argparse.Namespace) -> int:
    """Run it."""
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
