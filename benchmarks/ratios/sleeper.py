"""A process of its own with the least that an asyncio loop can do to keep deadlines: sleep up to each of them.

Asked `{"streams": .., "first": .., "gap": .., "chunks": .., "spread": ..}`, it answers with how late each sleep
ended, in seconds. The port that it says first streams chunks of the same size, each written when its sleep ends, by
the same deadlines.
"""

import asyncio
import json
import sys
from time import process_time
from typing import Any

from ratios.processes import answer

CHUNK = b'data: {"id":"%032d","object":"chat.completion.chunk","created":1700000000,' % 0
CHUNK += (
    b'"model":"chat","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null,"logprobs":null}]}\n\n'
)
CHUNK = b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
END = b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"


async def keep(first: float, gap: float, chunks: int, offset: float = 0.0) -> list[float]:
    """Sleep up to each deadline; give how late each sleep ended."""
    now = asyncio.get_running_loop().time
    start, late = now() + offset, []
    for number in range(chunks):
        deadline = start + first + number * gap
        await asyncio.sleep(deadline - now())
        late.append(now() - deadline)
    return late


async def sleepers(streams: int, first: float, gap: float, chunks: int, spread: float) -> dict[str, Any]:
    """Keep the deadlines of many streams, and write nothing."""
    busy = process_time()
    kept = [keep(first, gap, chunks, spread * number / streams) for number in range(streams)]
    late = [one for some in await asyncio.gather(*kept) for one in some]
    return {"late": [round(one, 6) for one in late], "own": process_time() - busy}


class Stream(asyncio.Protocol):
    """Any request is answered with chunks; its body says how many and when."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._start = asyncio.get_running_loop().time()
        said = json.loads(data.partition(b"\r\n\r\n")[2])
        self._task = asyncio.ensure_future(self._write(said["first"], said["gap"], said["chunks"]))

    async def _write(self, first: float, gap: float, chunks: int) -> None:
        now, write = asyncio.get_running_loop().time, self._transport.write
        for number in range(chunks):
            await asyncio.sleep(self._start + first + number * gap - now())
            write(HEAD + CHUNK if number == 0 else CHUNK)
        write(END)


async def main() -> None:
    """Say the port, then answer a line for each line."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Stream, "127.0.0.1", 0)
    answer(server.sockets[0].getsockname()[1])
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        answer(await sleepers(**json.loads(line)))


if __name__ == "__main__":
    asyncio.run(main())
