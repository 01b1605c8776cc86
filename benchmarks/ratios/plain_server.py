"""A process of its own with the least that aiohttp can do: parse the body as JSON, answer a fixed JSON.

Once as a handler of `web.Server`, which is what the emulator stands on, and once on `web.Application` and its
router, which is what most people know. Given a port, it is the first alone, on that port.
"""

import asyncio
import sys

from aiohttp import web

from ratios.data import GPT2_ANSWER
from ratios.processes import answer


async def score(request: web.BaseRequest) -> web.Response:
    """The bare handler."""
    await request.json()
    return web.json_response(GPT2_ANSWER)


async def listen(runner: web.BaseRunner, port: int = 0) -> int:
    """Open a port of the loopback interface; 0 is any free one."""
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner.addresses[0][1]


async def main(port: int) -> None:
    """Serve until terminated."""
    alone = web.ServerRunner(web.Server(score, access_log=None))
    if port:
        await listen(alone, port)
        await asyncio.Event().wait()
    application = web.Application()
    application.router.add_post("/score", score)
    runners = {
        "web.Server": alone,
        "web.Application": web.AppRunner(application, access_log=None),
    }
    answer({name: await listen(runner) for name, runner in runners.items()})
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else 0))
