"""`azureml-emulator serve`."""

import argparse
import os
import sys
from typing import Any

from azureml_emulator.commands import DEFAULT_PORT, Commands, describe_config, describe_files
from azureml_emulator.errors import ConfigError


def describe(commands: Commands) -> None:
    """Say what the command takes."""
    serve = commands.add_parser("serve", help="run the emulator; without files, one endpoint per wire shape")
    serve.set_defaults(run=run)
    describe_files(serve, "*")
    describe_config(serve)
    serve.add_argument(
        "--port", type=int, help=f"the main port ({DEFAULT_PORT}); endpoints take the next ones; 0: any"
    )
    serve.add_argument("--host", help="the address to listen on (127.0.0.1)")
    serve.add_argument("--seed", type=int, help="decides everything that is random (0)")
    serve.add_argument("--scenario", metavar="FILE", help="a YAML file of what happens in the course of time")
    serve.add_argument("--replay", metavar="CASSETTE", help="an endpoint that answers as was recorded in this file")
    serve.add_argument(
        "--replay-speed", type=float, metavar="N", help="how many times as fast as recorded (1); 0: without waiting"
    )
    serve.add_argument(
        "--replay-match", choices=("strict", "loose"), help="what makes a request a recorded one (strict)"
    )
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


def run(options: argparse.Namespace) -> int:
    """Run it."""
    import asyncio
    import signal

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the server has its own way to stop
    from azureml_emulator import serving
    from azureml_emulator.instructions import Instructions
    from azureml_emulator.loop import new_loop

    named = ("port", "host", "seed", "log_format", "print_urls", "ready_file", "reload", "scenario")
    settings = {name: getattr(options, name) for name in named}
    files, sets = tuple(options.files), tuple(options.sets)
    told = Instructions(files, options.config, sets, os.environ, settings, _replay(options))
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(serving.serve(told.load(), told.load))
    return 0


def _replay(options: argparse.Namespace) -> dict[str, Any]:
    settings = {"cassette": options.replay, "speed": options.replay_speed, "match": options.replay_match}
    given = {name: value for name, value in settings.items() if value is not None}
    if given and options.replay is None:
        raise ConfigError("--replay-speed and --replay-match need --replay")
    return given
