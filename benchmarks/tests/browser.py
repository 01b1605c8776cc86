# ruff: noqa: ASYNC220, ASYNC240  nothing else runs in the loop
"""Drives Chromium over its debugging protocol, which needs nothing else: what a page says, asks for, and shows."""

import asyncio
import base64
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_OPTIONS = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync "
    "--disable-component-update --disable-default-apps --disable-dev-shm-usage --mute-audio --remote-debugging-port=0"
)


@dataclass
class Page:
    """A page that is open: `said` is what it wrote to the console or raised, `asked` every address it wanted."""

    socket: aiohttp.ClientWebSocketResponse
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _numbers: count = field(default_factory=count)
    _answers: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    _loaded: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self) -> None:
        async for message in self.socket:
            told = message.json()
            if "id" in told:
                self._answers.pop(told["id"]).set_result(told.get("result", told.get("error")))
                continue
            method, about = told["method"], told["params"]
            if method == "Runtime.consoleAPICalled":
                self.said.append(str([one.get("value", one.get("description")) for one in about["args"]]))
            elif method == "Runtime.exceptionThrown":
                self.said.append(str(about["exceptionDetails"].get("exception", about["exceptionDetails"])))
            elif method == "Log.entryAdded":
                self.said.append(about["entry"]["text"])
            elif method == "Network.requestWillBeSent":
                self.asked.append(about["request"]["url"])
            elif method == "Page.loadEventFired":
                self._loaded.set()

    async def send(self, method: str, **about: Any) -> Any:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"id": number, "method": method, "params": about})
        return await asyncio.wait_for(answer, 60)

    async def open(self, file: Path, *, dark: bool = False, width: int = 1280, height: int = 900) -> None:
        """Load a file, as wide as this."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.send(f"{domain}.enable")
        await self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", features=[scheme])
        self._loaded.clear()
        await self.send("Page.navigate", url=file.as_uri())
        await asyncio.wait_for(self._loaded.wait(), 60)

    async def value(self, expression: str) -> Any:
        """Give what an expression comes to, as JSON has it."""
        told = await self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def shot(self, file: Path) -> None:
        """Take a picture of all of it."""
        told = await self.send("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(told["data"]))


@asynccontextmanager
async def browser() -> AsyncIterator[Page]:
    """Run a browser with one page."""
    assert CHROMIUM
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [CHROMIUM, *_OPTIONS.split(), f"--user-data-dir={folder}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            port = await _port(Path(folder) / "DevToolsActivePort")
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as response:
                    pages = [one for one in await response.json() if one["type"] == "page"]
                async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    page = Page(socket)
                    hearing = asyncio.create_task(page.hear())
                    yield page
                    hearing.cancel()
                    await asyncio.gather(hearing, return_exceptions=True)
        finally:
            process.terminate()
            process.wait(10)


async def _port(file: Path) -> int:
    for _ in range(1200):
        if file.exists() and (lines := file.read_text().splitlines()):
            return int(lines[0])
        await asyncio.sleep(0.05)
    raise TimeoutError("Chromium did not start within 60 s")
