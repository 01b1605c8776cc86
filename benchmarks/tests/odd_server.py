"""A server that does what is written in the path: answers well, late, unreadably, in part, or not at all."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

ANSWER = [{"0": "An answer."}]
EVENTS = [b'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n'] + [
    b'data: {"choices":[{"delta":{"content":"%d"}}]}\n\n' % number for number in range(3)
]


class OddServer:
    """Serves on a free port of 127.0.0.1 and remembers what came."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.url = ""

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        how = request.path.strip("/")
        self.seen[how] += 1
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.bodies.append(body)
        answer = getattr(self, how)(request)
        return await answer if asyncio.iscoroutine(answer) else answer  # type: ignore[no-any-return]

    def ok(self, request: web.BaseRequest) -> web.Response:
        return web.json_response(ANSWER, headers={"server-timing": "model;dur=1.5"})

    def redirect(self, request: web.BaseRequest) -> web.Response:
        return web.Response(status=307, headers={"location": "/ok"}, text="over there")

    def refused(self, request: web.BaseRequest) -> web.Response:
        return web.Response(status=401, text=f"no {request.headers.get('authorization')}")

    def broken(self, request: web.BaseRequest) -> web.Response:
        return web.Response(status=500, text="oh")

    def no_json(self, request: web.BaseRequest) -> web.Response:
        return web.Response(text="<html>")

    def other(self, request: web.BaseRequest) -> web.Response:
        return web.json_response({"output": 1})

    def throttled_once(self, request: web.BaseRequest) -> web.Response:
        if self.seen["throttled_once"] == 1:
            return web.Response(status=429, headers={"retry-after": "0"})
        return web.json_response(ANSWER)

    def throttled(self, request: web.BaseRequest) -> web.Response:
        return web.Response(status=429, headers={"retry-after-ms": "1"})

    async def never(self, request: web.BaseRequest) -> web.Response:
        await asyncio.sleep(3600)
        raise AssertionError

    async def no_http(self, request: web.BaseRequest) -> web.Response:
        assert request.transport
        request.transport.write(b"what?\r\n\r\n")
        request.transport.close()
        return web.Response()

    async def hangs_up(self, request: web.BaseRequest) -> web.Response:
        assert request.transport
        request.transport.abort()
        return web.Response()

    async def cut(self, request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-length": "100"})
        await response.prepare(request)
        await response.write(json.dumps(ANSWER).encode()[:5])
        assert request.transport
        request.transport.close()
        return response

    async def stream(self, request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for event in [*EVENTS, b"data: [DONE]\n\n"]:
            await response.write(event[:9])
            await response.write(event[9:])
        return response


@asynccontextmanager
async def serving() -> AsyncIterator[OddServer]:
    server = OddServer()
    runner = web.ServerRunner(web.Server(server.handle), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = site.name.replace(":0", f":{runner.addresses[0][1]}")
    try:
        yield server
    finally:
        await runner.cleanup()
