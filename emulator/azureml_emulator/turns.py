"""Whose turn it is: long work is done piece by piece, and the loop looks at its sockets in between."""

import asyncio
from collections import deque

_ROUND = 0.001
"""Seconds of work after which the next piece waits for another round of the loop."""


class Turns:
    """Lets callers go on, in their order: at once as long as little was done, else one a round.

    Otherwise a crowd that comes at once would be served to the last before the loop sees who has come meanwhile, and
    those would seem to have arrived only then.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._worked = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.over = False

    async def take(self) -> None:
        """Wait for one's turn; need not be called unless this round is `over`."""
        turn = self._loop.create_future()
        self._waiting.append(turn)
        await turn

    def worked(self, seconds: float) -> None:
        """Hear how long a piece of work took."""
        self._worked += seconds
        if self._worked > _ROUND and not self.over:
            self.over = True
            self._loop.call_soon(self._next_round)

    def _next_round(self) -> None:
        self._worked = 0.0
        self.over = bool(self._waiting)
        if self.over:
            self._loop.call_soon(self._next_round)
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
