"""`azureml-emulator serve`: from the configuration to open ports, and back down at a signal."""

import asyncio
import gc
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count, repeat
from time import time
from typing import Any

from azureml_emulator import ready_file, request_log, table
from azureml_emulator.admin import describe, redact
from azureml_emulator.config import Config
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError
from azureml_emulator.instructions import Loaded
from azureml_emulator.journal import Journal
from azureml_emulator.reload import Reload, Watch
from azureml_emulator.request_log import RequestLog
from azureml_emulator.server import Server
from azureml_emulator.stop_signals import stop_signals

_logger = logging.getLogger("azureml_emulator.serving")
_logger.setLevel(logging.INFO)

_FLUSH_SECONDS = 0.05
_WATCH_SECONDS = 0.5
_SETTLE_SECONDS = 0.1
_BREATH_SECONDS = 0.01

_SOON, _AT_LAST = 10, 100
"""How many collections of young objects make one of all objects due, and how many make it wait no longer for calm.

It stops everything for ten milliseconds and more where hundreds of streams are open, and calls that come in
meanwhile count from its end.
"""


async def serve(loaded: Loaded, load: Callable[[], Loaded]) -> None:
    """Host the endpoints until SIGINT or SIGTERM, then let open answers finish. Raises `ConfigError`.

    `load` reads everything again, when a file was saved.
    """
    config, notes, files = loaded
    engine = Engine(config.endpoints, config.seed, Journal(config.journal))
    log = RequestLog(sys.stderr, request_log.FORMATS[config.log_format], lambda value: redact(value, engine))
    logging.getLogger("azureml_emulator").addHandler(log)
    server = Server(engine, config.host, max_body=int(config.max_body_mb * (1 << 20)), served=log.add)
    stopping = asyncio.Event()
    with stop_signals(stopping, server.hurry):
        try:
            ready_file.remove(config.ready_file)
            await _listen(server, config)
            engine.begin(time())
            engine.told = lambda taken: _logger.info("scenario, at %s", taken)
            if config.scenario:
                engine.play(config.scenario, time())
            _remark(notes)
            _collect_less()
            with _announced(server, config):
                work = _flush(log, engine, server), _prepare(config.endpoints, server)
                aside = [asyncio.create_task(one) for one in work]
                if config.reload and files:
                    reload = Reload(server, config, config.drain_seconds)
                    aside.append(asyncio.create_task(_follow(load, Watch(files), reload, set(notes))))
                await stopping.wait()
                await server.stop(config.drain_seconds)
                for one in aside:
                    one.cancel()
        finally:
            await server.stop(0)
            log.flush()


async def _listen(server: Server, config: Config) -> None:
    await server.listen(port=config.port)
    named = {one.port for one in config.endpoints}
    following = (port for port in count(config.port + 1) if port not in named) if config.port else repeat(0)
    for endpoint in config.endpoints:
        port = next(following) if endpoint.port is None else endpoint.port
        if port > 65535:
            raise ConfigError(f"port: too high, {len(config.endpoints)} endpoints need ports after {config.port}")
        await server.listen(endpoint.name, port)


def _collect_less() -> None:
    """What is loaded by now stays: the collector need not look through it again; through the rest, not often."""
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], _AT_LAST)


async def _flush(log: RequestLog, engine: Engine, server: Server) -> None:
    """Write the log, and have a scenario's steps in it at their time, be there calls or not; tidy up when calm."""
    while True:
        await asyncio.sleep(_FLUSH_SECONDS)
        engine.advance(time())
        log.flush()
        if server.calm and gc.get_count()[2] > _SOON:
            gc.collect()


async def _prepare(endpoints: Iterable[Endpoint], server: Server) -> None:
    """Have the models made that read bodies, a shape at a time: else the first call of each would wait for them."""
    schemas = {one.schema.name: one.schema for endpoint in endpoints for one in endpoint.deployments if one.schema}
    for schema in schemas.values():
        await asyncio.sleep(_BREATH_SECONDS)
        if server.calm:
            schema.parse(dict(schema.example))


async def _follow(load: Callable[[], Loaded], watch: Watch, reload: Reload, said: set[str]) -> None:
    """Take over what is saved; keep what there is when it cannot be read."""
    saved = False
    while True:
        await asyncio.sleep(_SETTLE_SECONDS if saved else _WATCH_SECONDS)
        before, saved = saved, watch.changed()
        if saved or not before:  # nothing happened, or somebody is in the midst of writing
            continue
        try:
            config, notes, files = load()
            lines = await reload.apply(config)
        except ConfigError as error:
            first, *more = str(error).splitlines()
            also = f" (and {len(more)} more)" if more else ""
            _logger.warning("not reloaded: %s%s", first, also)
            continue
        watch.follow(files)
        _remark(note for note in notes if note not in said)
        _logger.info("reloaded: %s", "; ".join(lines) or "nothing changed")
        said.update(notes)


def _remark(notes: Iterable[str]) -> None:
    for note in notes:
        _logger.info("%s", note)


@contextmanager
def _announced(server: Server, config: Config) -> Iterator[None]:
    """Say that all is ready: the table or JSON, the READY line, and the ready file, which goes when we go."""
    rows = [
        {**describe(one, server.url(one.name)), "key": _key(one), "example": _example(one)}
        for one in config.endpoints
    ]
    ready = {"url": server.url(), "pid": os.getpid()}
    if config.print_urls == "json":
        shown = [{name: value for name, value in row.items() if name != "example"} for row in rows]
        print(json.dumps({**ready, "endpoints": shown}), flush=True)
    else:
        print(table.endpoints(server.url(), rows), flush=True)
    ready_file.write(config.ready_file, ready)
    where = sys.stderr if config.print_urls == "json" else sys.stdout
    print(f"READY {ready['url']} pid={ready['pid']}", file=where, flush=True)
    try:
        yield
    finally:
        with suppress(ConfigError):
            ready_file.remove(config.ready_file)


def _key(endpoint: Any) -> str:
    """Give its key; an endpoint that takes tokens has none."""
    return str(endpoint.key) if endpoint.auth_mode == "key" else ""


def _example(endpoint: Any) -> Any:
    return endpoint.deployments[0].schema.example
