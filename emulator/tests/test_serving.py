import asyncio
from types import SimpleNamespace

import pytest

from azureml_emulator import Endpoint, serving
from azureml_emulator.schema import Schema
from azureml_emulator.schemas import all_schemas


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


def test_what_reads_a_body_is_made_before_the_first_call_unless_somebody_calls(monkeypatch):
    read = []
    monkeypatch.setattr(Schema, "parse", lambda schema, document: read.append((schema.name, document)))
    endpoints = [Endpoint(name, schema=schema) for name, schema in (("a", "gpt2"), ("b", "chat"), ("c", "gpt2"))]
    calms = iter([True, False])

    class Server:
        calm = property(lambda _: next(calms))

    asyncio.run(serving._prepare(endpoints, Server()))
    assert read == [("gpt2", all_schemas()["gpt2"].example)]
