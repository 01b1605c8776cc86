"""`azureml-emulator serve`: from the configuration to open ports, and back down at a signal."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from azureml_emulator import request_log, table
from azureml_emulator.admin import describe, redact
from azureml_emulator.config import Config
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError
from azureml_emulator.journal import Journal
from azureml_emulator.request_log import RequestLog
from azureml_emulator.server import Server

_FLUSH_SECONDS = 0.05


async def serve(config: Config) -> None:
    """Host the endpoints until SIGINT or SIGTERM, then let open answers finish. Raises `ConfigError`."""
    engine = Engine(config.endpoints, config.seed, Journal(config.journal))
    log = RequestLog(sys.stderr, request_log.FORMATS[config.log_format], lambda text: redact(text, engine))
    server = Server(engine, config.host, max_body=int(config.max_body_mb * (1 << 20)), served=log.add)
    stopping = asyncio.Event()
    with _signals(stopping, server):
        try:
            await _listen(server, config)
            with _announced(server, config):
                flushing = asyncio.create_task(_flush(log))
                await stopping.wait()
                await server.stop(config.drain_seconds)
                flushing.cancel()
        finally:
            await server.stop(0)
            log.flush()


@contextmanager
def _signals(stopping: asyncio.Event, server: Server) -> Iterator[None]:
    """Let the first SIGINT or SIGTERM stop the emulator, the second one stop the waiting for open answers.

    Later ones are ignored, so that none can hit an interpreter that is on its way out. Loops on Windows take no
    handlers; there the signal module's own do.
    """
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if stopping.is_set():
            server.hurry()
        stopping.set()

    for one in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(one, stop)
        except NotImplementedError:
            signal.signal(one, lambda *_: loop.call_soon_threadsafe(stop))
    yield
    for one in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.remove_signal_handler(one)
        signal.signal(one, signal.SIG_IGN)


async def _listen(server: Server, config: Config) -> None:
    await server.listen(port=config.port)
    following = config.port + 1 if config.port else 0
    for endpoint in config.endpoints:
        if endpoint.port is not None:
            await server.listen(endpoint.name, endpoint.port)
            continue
        if following > 65535:
            raise ConfigError(f"port: too high for {len(config.endpoints)} more ports after {config.port}")
        await server.listen(endpoint.name, following)
        following += 1 if following else 0


async def _flush(log: RequestLog) -> None:
    while True:
        await asyncio.sleep(_FLUSH_SECONDS)
        log.flush()


@contextmanager
def _announced(server: Server, config: Config) -> Iterator[None]:
    """Say that all is ready: the table or JSON, the READY line, and the ready file, which goes when we go."""
    rows = [
        {**describe(one, server.url(one.name)), "key": one.key, "example": _example(one)} for one in config.endpoints
    ]
    ready = {"url": server.url(), "pid": os.getpid()}
    if config.print_urls == "json":
        shown = [{name: value for name, value in row.items() if name != "example"} for row in rows]
        print(json.dumps({**ready, "endpoints": shown}), flush=True)
    else:
        print(table.endpoints(server.url(), rows), flush=True)
    file = Path(config.ready_file) if config.ready_file else None
    if file:
        _write(file, json.dumps(ready) + "\n")
    where = sys.stderr if config.print_urls == "json" else sys.stdout
    print(f"READY {ready['url']} pid={ready['pid']}", file=where, flush=True)
    try:
        yield
    finally:
        if file:
            with suppress(OSError):
                file.unlink()


def _example(endpoint: Any) -> Any:
    return endpoint.deployments[0].schema.example


def _write(file: Path, text: str) -> None:
    """Write a file so that nobody ever reads half of it."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    except OSError as error:
        raise ConfigError(f"ready_file: cannot write {file}: {error.strerror}") from None
