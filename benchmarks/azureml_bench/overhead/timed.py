"""Times calls of a client, in threads or in tasks: from just before a call to when all of its answer is there."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from inspect import isawaitable
from threading import Barrier
from time import perf_counter_ns, process_time_ns
from typing import Any, NamedTuple

from azureml_bench.overhead.theirs import in_a_line, theirs
from azureml_bench.wire import Wire


class Timed(NamedTuple):
    """A call as its caller saw it, in nanoseconds of that process: when it began, had its first text, and ended."""

    start: int
    first: int
    end: int
    text: str
    error: str = ""


class Block(NamedTuple):
    """Calls that were made in one go, in the order of their prompts; `lasted` and `cpu` in nanoseconds for all."""

    calls: list[Timed]
    lasted: int
    cpu: int


class _Heard:
    """What one call gave, each piece with its time; it is looked at when no clock runs any more."""

    __slots__ = ("end", "error", "pieces", "start")

    def __init__(self) -> None:
        self.start = self.end = 0
        self.pieces: list[tuple[int, Any]] = []
        self.error = ""

    def take(self, answer: Any) -> None:
        """Take an answer, or the pieces of one as they come."""
        self.end = perf_counter_ns()
        if hasattr(answer, "__next__"):
            self.pieces = [(perf_counter_ns(), piece) for piece in answer]
            self.end = perf_counter_ns()
        else:
            self.pieces = [(self.end, answer)]

    async def await_(self, answer: Any) -> None:
        """Take what is awaited."""
        if hasattr(answer, "__anext__"):
            self.pieces = [(perf_counter_ns(), piece) async for piece in answer]
            self.end = perf_counter_ns()
        else:
            answer = await answer
            self.end = perf_counter_ns()
            self.pieces = [(self.end, answer)]

    def fail(self, error: BaseException) -> None:
        """Note that there is no answer."""
        self.end, self.error = perf_counter_ns(), in_a_line(error)


class Timer:
    """Times one client. Whether it is awaited, and whether it gives pieces, its first call shows."""

    def __init__(self, wire: Wire, key: str) -> None:
        self._wire = wire
        self._key = key
        self._runner = asyncio.Runner()
        self._call: Callable[[str], Any] = lambda _: ""
        self._awaited = False
        self._threads: dict[int, ThreadPoolExecutor] = {}

    def make(self, factory: Callable[[str, str, Wire], Any], url: str) -> None:
        """Make the client; a factory may be a coroutine function."""
        found = factory(url, self._key, self._wire)
        self._call = self._runner.run(_awaited(found)) if isawaitable(found) else found
        if not callable(self._call):
            raise TypeError(f"it gave a {type(self._call).__name__}, expected what takes a prompt")

    def first(self, prompt: str) -> Timed:
        """Time the first call, and see what kind of client it is."""
        heard = _Heard()
        with theirs(heard.fail):
            heard.start = perf_counter_ns()
            answer = self._call(prompt)
            self._awaited = isawaitable(answer) or hasattr(answer, "__anext__")
            if self._awaited:
                self._runner.run(heard.await_(answer))
            else:
                heard.take(answer)
        return self._told(heard)

    def block(self, prompts: Sequence[str], at_once: int) -> Block:
        """Time calls, so many at once; each thread or task makes its share one after the other."""
        shares = [list(prompts[number::at_once]) for number in range(at_once)]
        heard, lasted, cpu = self._tasks(shares) if self._awaited else self._in_threads(shares, at_once)
        told: list[Timed] = [Timed(0, 0, 0, "")] * len(prompts)
        for number, some in enumerate(heard):
            told[number::at_once] = [self._told(one) for one in some]
        return Block(told, lasted, cpu)

    def close(self) -> None:
        """End the threads and the loop."""
        for threads in self._threads.values():
            threads.shutdown()
        self._runner.close()

    def _tasks(self, shares: list[list[str]]) -> tuple[list[list[_Heard]], int, int]:
        async def share(prompts: list[str]) -> list[_Heard]:
            return [await self._heard(prompt) for prompt in prompts]

        async def everything() -> tuple[list[list[_Heard]], int, int]:
            began, cpu = perf_counter_ns(), process_time_ns()
            heard = await asyncio.gather(*map(share, shares))
            return heard, perf_counter_ns() - began, process_time_ns() - cpu

        return self._runner.run(everything())

    def _in_threads(self, shares: list[list[str]], at_once: int) -> tuple[list[list[_Heard]], int, int]:
        """Use threads that stay, since a client may have a connection for each; all of them begin together."""
        if at_once not in self._threads:
            self._threads[at_once] = ThreadPoolExecutor(at_once)
        line_up = Barrier(at_once + 1)

        def share(prompts: list[str]) -> list[_Heard]:
            line_up.wait()
            return [self._heard_now(prompt) for prompt in prompts]

        out = [self._threads[at_once].submit(share, one) for one in shares]
        line_up.wait()
        began, cpu = perf_counter_ns(), process_time_ns()
        heard = [one.result() for one in out]
        return heard, perf_counter_ns() - began, process_time_ns() - cpu

    def _heard_now(self, prompt: str) -> _Heard:
        heard = _Heard()
        with theirs(heard.fail):
            heard.start = perf_counter_ns()
            heard.take(self._call(prompt))
        return heard

    async def _heard(self, prompt: str) -> _Heard:
        heard = _Heard()
        with theirs(heard.fail):
            heard.start = perf_counter_ns()
            await heard.await_(self._call(prompt))
        return heard

    def _told(self, heard: _Heard) -> Timed:
        """Read the text of what was heard, and when its first piece was there."""
        if heard.error:
            return Timed(heard.start, heard.end, heard.end, "", heard.error.replace(self._key or "\0", "**********"))
        try:
            first, text = self._read(heard.pieces)
        except (ValueError, LookupError, TypeError) as error:
            return Timed(heard.start, heard.end, heard.end, "", f"an answer without text: {in_a_line(error)}")
        return Timed(heard.start, first or heard.end, heard.end, text)

    def _read(self, pieces: list[tuple[int, Any]]) -> tuple[int, str]:
        if pieces and isinstance(pieces[0][1], bytes):
            return self._read_bytes(pieces)
        texts = [(at, _text(piece)) for at, piece in pieces]
        return next((at for at, text in texts if text), 0), "".join(text for _, text in texts)

    def _read_bytes(self, pieces: list[tuple[int, bytes]]) -> tuple[int, str]:
        whole = b"".join(piece for _, piece in pieces)
        if not self._wire.stream:
            return pieces[-1][0], self._wire.text(whole)
        seen = b""
        for at, piece in pieces:
            seen += piece
            if any(self._wire.pieces(seen)):
                return at, "".join(self._wire.pieces(whole))
        return 0, ""


async def _awaited(found: Any) -> Any:
    return await found


def _text(answer: Any) -> str:
    """Give the text of what a client gave: a text, or a message or a chunk that has one."""
    for found in (answer, getattr(answer, "content", None), getattr(answer, "text", None)):
        if isinstance(found, str):
            return found
    raise TypeError(f"expected a text, not a {type(answer).__name__}")
