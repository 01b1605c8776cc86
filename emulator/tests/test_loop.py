import asyncio
import sys
import time

import pytest

from azureml_emulator import loop


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is Python's own loop")
def test_it_wakes_between_two_milliseconds():
    """Of many sleeps at least some end within the millisecond that epoll would round them up to."""

    async def test():
        now, late = asyncio.get_running_loop().time, []
        for _ in range(100):
            due = now() + 0.0002
            await asyncio.sleep(0.0002)
            late.append(now() - due)
        return late

    with asyncio.Runner(loop_factory=loop.new_loop) as runner:
        late = runner.run(test())
    assert min(late) >= 0
    assert min(late) < 0.0007


def test_it_waits_for_sockets_and_threads_like_any_other():
    async def test():
        server = await asyncio.start_server(lambda _, out: out.write(b"hello") or out.close(), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        said = await reader.read()
        writer.close()
        server.close()
        return said, await asyncio.wait_for(asyncio.to_thread(time.sleep, 0.01), 10)

    with asyncio.Runner(loop_factory=loop.new_loop) as runner:
        assert runner.run(test()) == (b"hello", None)


def test_with_too_many_files_open_it_is_pythons_own(monkeypatch):
    monkeypatch.setattr(loop, "_MOST_DESCRIPTORS", 0)
    own = loop.new_loop()
    assert type(getattr(own, "_selector", None)).__name__ != "FineSelector"
    own.close()
