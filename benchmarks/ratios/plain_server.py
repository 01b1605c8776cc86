"""A process of its own with the least that aiohttp can do: parse the body as JSON, answer a fixed JSON.

Once as a handler of `web.Server`, which is what the emulator stands on, and once on `web.Application` and its
router, which is what most people know.
"""

import asyncio
import json

from aiohttp import web

from ratios.data import SEVERAL
from ratios.processes import answer

ANSWER = json.loads(json.dumps([{"0": SEVERAL[-1]}]))


async def score(request: web.BaseRequest) -> web.Response:
    """The bare handler."""
    await request.json()
    return web.json_response(ANSWER)


async def listen(runner: web.BaseRunner) -> int:
    """Open any free port of the loopback interface."""
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner.addresses[0][1]


async def main() -> None:
    """Serve until terminated."""
    application = web.Application()
    application.router.add_post("/score", score)
    runners = {
        "web.Server": web.ServerRunner(web.Server(score, access_log=None)),
        "web.Application": web.AppRunner(application, access_log=None),
    }
    answer({name: await listen(runner) for name, runner in runners.items()})
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
