"""The emulator in Python: `with Emulator([Endpoint("gpt2", schema="gpt2")]) as emulator: ...`."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from math import inf
from pathlib import Path
from time import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from azureml_emulator.assertions import Witness
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError
from azureml_emulator.hosted import NOT_RUNNING, Hosted
from azureml_emulator.journal import Exchange, Journal
from azureml_emulator.loop import new_loop
from azureml_emulator.rehearsal import rehearsed
from azureml_emulator.scenario import Scenario
from azureml_emulator.server import MAX_BODY, Server

if TYPE_CHECKING:
    from azureml_emulator.arm.port import Address

T = TypeVar("T")


class Emulator(Witness):
    """Hosts endpoints on ports of 127.0.0.1, in a thread of its own, for as long as a `with` block lasts.

    Any number of them live side by side. `port` 0 takes any free one. With an `ssl_context` it speaks https.
    `journal` is the number of exchanges remembered, `max_body` the largest request in bytes, `drain` how many
    seconds open answers get to finish. Raises `ConfigError` for endpoints or ports that cannot be.
    """

    def __init__(
        self,
        endpoints: Iterable[Endpoint] = (),
        *,
        seed: int = 0,
        host: str = "127.0.0.1",
        port: int = 0,
        ssl_context: ssl.SSLContext | None = None,
        journal: int = 1000,
        max_body: int = MAX_BODY,
        drain: float = 5.0,
    ) -> None:
        endpoints = list(endpoints)
        strangers = [one for one in endpoints if not isinstance(one, Endpoint)]
        if strangers:
            raise ConfigError(f"expected a list of Endpoint(...), not of {type(strangers[0]).__name__}")
        self.engine = Engine(endpoints, seed, Journal(journal))
        self._settings = {"host": host, "ssl_context": ssl_context, "max_body": max_body}
        self._port = port
        self._drain = drain
        self._server: Server | None = None
        self._control_plane: Address | None = None

    def start(self) -> Self:
        """Open the ports; `with` does this."""
        if self._server is not None:
            raise RuntimeError("the emulator is running already")
        self.engine.closes_at = inf
        self._loop = new_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="azureml-emulator", daemon=True)
        self._thread.start()
        with ExitStack() as undo:
            undo.callback(self._halt)
            self._server = self._run(self._listen())
            self.engine.begin(time())
            undo.pop_all()
        return self

    def stop(self) -> None:
        """Let open answers finish, and close the ports; `with` does this."""
        if self._server is not None:
            self._run(self._server.stop(self._drain))
            self._server = self._control_plane = None
            self._halt()

    @property
    def url(self) -> str:
        """The main port, where every endpoint lives under its name."""
        return self._running.url()

    @property
    def calls(self) -> list[Exchange]:
        """What all endpoints were asked, oldest first."""
        return list(self.engine.journal)

    def add(self, endpoint: Endpoint) -> Hosted:
        """Host one more endpoint, at once."""
        running = self._running
        self.engine.add(endpoint)
        with ExitStack() as undo:
            undo.callback(self.engine.remove, endpoint.name)
            self._run(running.listen(endpoint.name, endpoint.port or 0))
            undo.pop_all()
        return self[endpoint.name]

    def remove(self, name: str) -> None:
        """Stop hosting an endpoint."""
        self.engine.remove(name)
        self._run(self._running.close(name))

    def control_plane(self) -> "Address":
        """Open Azure's control plane, once, on an https port of its own; give its URL and whom to trust there.

        Any bearer token opens it. Raises `ConfigError` without the extra `arm`.
        """
        if self._control_plane is None:
            from azureml_emulator.arm.port import opened

            self._control_plane = self._run(opened(self._running))
        return self._control_plane

    def play(self, scenario: Scenario | Mapping[str, Any] | str | Path) -> None:
        """Play a scenario from now on, or a file of one, in the place of any other. Raises `ConfigError`."""
        checked = rehearsed(scenario, [one.configured for one in self.engine.directory])
        self.aside(lambda: self.engine.play(checked, time()))

    def stop_playing(self) -> None:
        """End the scenario; its endpoints go back to the settings that they were configured with."""
        self.aside(self.engine.stop_playing)

    def reset(self) -> None:
        """Forget all exchanges; every request is new again, seconds count from now on, and so does a scenario."""

        def afresh() -> None:
            self.engine.reset()
            self.engine.begin(time())

        self.aside(afresh)

    def aside(self, work: Callable[[], T]) -> T:
        """Do some work while no call is being decided upon: on the emulator's own thread, if it runs."""

        async def alone() -> T:
            self.engine.advance(time())
            return work()

        if self._server is None or threading.current_thread() is self._thread:
            return work()
        return self._run(alone())

    def __getitem__(self, name: str) -> Hosted:
        live = self.engine.directory[name]
        base_url = self._server.url(name) if self._server else ""
        return Hosted(self.engine, live.name, base_url, self.aside)

    def __iter__(self) -> Iterator[Hosted]:
        return (self[one.name] for one in list(self.engine.directory))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    def _seen_by(self) -> tuple[str, Journal]:
        return "the emulator", self.engine.journal

    @property
    def _running(self) -> Server:
        if self._server is None:
            raise RuntimeError(NOT_RUNNING)
        return self._server

    async def _listen(self) -> Server:
        server = Server(self.engine, **self._settings)  # type: ignore[arg-type]
        async with AsyncExitStack() as undo:
            undo.push_async_callback(server.stop, 0)
            await server.listen(port=self._port)
            for endpoint in self.engine.directory:
                await server.listen(endpoint.name, endpoint.settings.port or 0)
            undo.pop_all()
        return server

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _halt(self) -> None:
        self._run(_end_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _end_tasks() -> None:
    """End what connections still have under way, so that no task outlives its loop."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
