import asyncio
from types import SimpleNamespace

import pytest

from azureml_emulator import serving


@pytest.mark.parametrize(("calm", "young", "collected"), [(True, 11, True), (True, 10, False), (False, 99, False)])
def test_all_objects_are_looked_through_when_nobody_waits(monkeypatch, calm, young, collected):
    done = []
    monkeypatch.setattr(serving, "_FLUSH_SECONDS", 0)
    collector = SimpleNamespace(get_count=lambda: (0, 0, young), collect=lambda: done.append(1))
    monkeypatch.setattr(serving, "gc", collector)
    log, engine = SimpleNamespace(flush=lambda: None), SimpleNamespace(advance=lambda at: None)

    async def some_rounds():
        flushing = asyncio.create_task(serving._flush(log, engine, SimpleNamespace(calm=calm)))
        for _ in range(5):
            await asyncio.sleep(0)
        flushing.cancel()

    asyncio.run(some_rounds())
    assert bool(done) is collected
