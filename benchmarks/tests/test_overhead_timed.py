"""Timing calls, of clients of every kind."""

import asyncio
import json
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from azureml_bench.overhead.timed import Timed, Timer
from azureml_bench.overhead.wanted import wire

KEY = "a-key-that-nobody-may-see"


@contextmanager
def timer(call: Any, schema: str = "gpt2", stream: bool = False) -> Iterator[Timer]:
    made = Timer(wire(schema, stream), KEY)
    try:
        made.make(lambda *_: call, "http://127.0.0.1:9/score")
        yield made
    finally:
        made.close()


def heard(call: Any, at_once: int = 1, **settings: Any) -> list[Timed]:
    with timer(call, **settings) as made:
        return [made.first("first"), *made.block(["a", "b", "c"], at_once).calls]


async def awaited(prompt: str) -> str:
    await asyncio.sleep(0)
    return prompt.upper()


async def awaited_pieces(prompt: str) -> AsyncIterator[str]:
    for piece in ("", prompt.upper(), ""):
        await asyncio.sleep(0)
        yield piece


def pieces(prompt: str) -> Iterator[str]:
    yield ""
    yield prompt.upper()


KINDS: dict[str, Callable[[str], Any]] = {
    "text": str.upper,
    "message": lambda prompt: SimpleNamespace(content=prompt.upper()),
    "generation": lambda prompt: SimpleNamespace(text=prompt.upper()),
    "bytes": lambda prompt: json.dumps([{"0": prompt.upper()}]).encode(),
    "pieces": pieces,
    "awaited": awaited,
    "awaited pieces": awaited_pieces,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_every_kind_of_client_is_heard_in_the_order_of_its_prompts(kind: str, at_once: int) -> None:
    found = heard(KINDS[kind], at_once)
    assert [one.text for one in found] == ["FIRST", "A", "B", "C"]
    assert [one.error for one in found] == [""] * 4
    assert all(one.start <= one.first <= one.end for one in found)


def test_bytes_of_a_stream_count_when_their_first_text_is_there() -> None:
    def call(prompt: str) -> Iterator[bytes]:
        event = b'data: {"choices": [{"delta": {"content": "%s"}}]}\n\n' % prompt.encode()
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        yield event[:20]
        yield event[20:]
        yield b"data: [DONE]\n\n"

    found = heard(call, schema="chat", stream=True)
    assert [one.text for one in found] == ["first", "a", "b", "c"]
    assert all(one.start < one.first < one.end for one in found)


def test_as_many_threads_as_are_wanted_call_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=10)

    def call(prompt: str) -> str:
        if prompt != "first":
            together.wait()
        return threading.current_thread().name

    names = [one.text for one in heard(call, 3)[1:]]
    assert len(set(names)) == 3


def test_threads_stay_from_block_to_block() -> None:
    with timer(lambda _: threading.current_thread().name) as made:
        made.first("first")
        seen = {one.text for _ in range(3) for one in made.block(["a", "b"], 2).calls}
    assert len(seen) == 2


@pytest.mark.parametrize("is_awaited", [False, True])
def test_what_goes_wrong_is_told_in_a_line_without_the_key(is_awaited: bool) -> None:
    def call(prompt: str) -> str:
        raise ValueError(f"no\nentry for {KEY}")

    async def later(prompt: str) -> str:
        return call(prompt)

    found = heard(later if is_awaited else call)
    assert {one.error for one in found} == {"ValueError: no entry for **********"}


@pytest.mark.parametrize("is_awaited", [False, True])
def test_who_leaves_the_program_fails_that_call(is_awaited: bool) -> None:
    def call(prompt: str) -> str:
        sys.exit(f"no {prompt}")

    async def later(prompt: str) -> str:
        return call(prompt)

    found = heard(later if is_awaited else call)
    assert {one.error.partition(":")[0] for one in found} == {"SystemExit"}


def test_what_is_no_text() -> None:
    assert "expected a text, not a int" in heard(lambda _: 7)[0].error
    assert "an answer without text" in heard(lambda _: b"[]")[0].error


def test_a_factory_may_be_a_coroutine_function() -> None:
    async def factory(*_: object) -> Callable[[str], str]:
        asyncio.get_running_loop()
        return str.upper

    made = Timer(wire("gpt2", False), KEY)
    made.make(factory, "")
    assert made.first("a").text == "A"
    made.close()


def test_a_factory_that_makes_no_client() -> None:
    with pytest.raises(TypeError, match="it gave a str, expected what takes a prompt"), timer("client"):
        pass


def test_processor_time_and_duration_are_of_the_whole_block() -> None:
    with timer(lambda prompt: sum(range(20_000)) and prompt) as made:
        made.first("first")
        block = made.block(["a"] * 20, 2)
    assert block.lasted > 0
    assert block.cpu > 0
