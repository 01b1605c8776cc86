"""`azureml-emulator record`."""

import argparse
import os
import sys

from azureml_emulator.commands import DEFAULT_PORT, Commands

_GRACE_SECONDS = 10.0


def describe(commands: Commands) -> None:
    """Say what the command takes."""
    record = commands.add_parser("record", help="stand before a real endpoint, and write down what is said")
    record.set_defaults(run=run)
    record.add_argument("cassette", metavar="CASSETTE", help="the file to write, such as gpt.jsonl; never keys")
    record.add_argument("--upstream", required=True, metavar="URL", help="the address of the endpoint")
    record.add_argument(
        "--key-env",
        metavar="NAME",
        help="the environment variable with the endpoint's key; without it, callers send their own",
    )
    record.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"the port ({DEFAULT_PORT}); 0: any")
    record.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    record.add_argument("--ready-file", metavar="PATH", help="written when the port is open, removed at the end")
    record.add_argument(
        "--timeout",
        type=float,
        default=300.0,
        metavar="SECONDS",
        help="how long the endpoint may be silent (300)",
    )
    existing = record.add_mutually_exclusive_group()
    existing.add_argument("--append", dest="mode", action="store_const", const="append", help="add to the file")
    existing.add_argument(
        "--overwrite", dest="mode", action="store_const", const="overwrite", help="replace the file"
    )


def run(options: argparse.Namespace) -> int:
    """Run it."""
    import asyncio
    import signal

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the recorder has its own way to stop
    asyncio.run(_record(options))
    return 0


async def _record(options: argparse.Namespace) -> None:
    import asyncio

    from azureml_emulator import ready_file
    from azureml_emulator.errors import ConfigError
    from azureml_emulator.recorder import Recorder
    from azureml_emulator.recording.cassette_file import CassetteFile
    from azureml_emulator.recording.upstream import Upstream, key_in
    from azureml_emulator.stop_signals import stop_signals

    if not 0 < options.timeout < float("inf"):
        raise ConfigError(f"--timeout: expected a number of seconds above 0, not {options.timeout:g}")
    upstream = Upstream.of(options.upstream)
    name = options.key_env
    key = None if name is None else key_in(name, os.environ.get(name))
    cassette = CassetteFile(options.cassette, options.mode or "new", *([key] if key else []))
    recorder = Recorder(upstream, cassette, key, options.timeout, _tell)
    stopping = asyncio.Event()
    with stop_signals(stopping, recorder.hurry):
        ready_file.remove(options.ready_file)
        url = await recorder.start(options.host, options.port)
        try:
            ready = {"url": url, "pid": os.getpid()}
            ready_file.write(options.ready_file, ready)
            print(f"recording {upstream.origin}{upstream.prefix} to {options.cassette}")
            print(f"READY {url} pid={ready['pid']}", flush=True)
            await stopping.wait()
        finally:
            await recorder.stop(_GRACE_SECONDS)
            ready_file.remove(options.ready_file)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
