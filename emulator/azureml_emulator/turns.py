"""Whose turn it is: long work is done piece by piece, and the loop looks at its sockets in between."""

import asyncio
from collections import deque
from math import inf

_ROUND = 0.001
"""Seconds of work in one round of the loop, after which the next piece waits for another round."""


class Turns:
    """Lets callers go on, in their order: at once as long as little was done in this round, else one a round.

    Otherwise a crowd that comes at once would be served to the last before the loop sees who has come meanwhile, and
    those would seem to have arrived only then.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._since = inf
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self) -> None:
        """Wait for one's turn, if one has to."""
        now = self._loop.time()
        if self._since == inf:
            self._since = now
            self._loop.call_soon(self._next_round)
        elif self._waiting or now - self._since > _ROUND:
            turn = self._loop.create_future()
            self._waiting.append(turn)
            await turn

    def _next_round(self) -> None:
        self._since = inf
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self._since = self._loop.time() - _ROUND
                self._loop.call_soon(self._next_round)
                return
