"""Every wire shape of the emulator is measured: asked, answered, and its text heard, streamed where it streams."""

import asyncio
import json

import pytest

from azureml_bench import shape
from azureml_bench.caller import Caller, clock
from azureml_bench.prompts import Made, Unique
from azureml_bench.sample import Sample
from azureml_bench.target import Target
from azureml_emulator import Emulator, Endpoint
from azureml_emulator.schemas import all_schemas

NAMES = list(all_schemas())


@pytest.mark.slow
def test_every_shape_is_measured() -> None:
    with Emulator([Endpoint(name, schema=name, server_timing=True) for name in NAMES]) as emulator:
        asked = [(name, stream) for name in NAMES for stream in (False, True) if _can(shape.known(name), stream)]
        found = asyncio.run(_measured(emulator, asked))
    wrong = {one: (sample.outcome, sample.status, sample.note) for one, sample in found.items() if not sample.ok}
    assert wrong == {}
    assert {sample.status for sample in found.values()} == {200}
    silent = [one for one, sample in found.items() if all_schemas()[one[0]].speaks and not sample.characters]
    assert silent == []
    assert all(sample.contents for (_, stream), sample in found.items() if stream)


def test_what_streams_is_measured_as_a_stream() -> None:
    streaming = {name for name in NAMES if shape.known(name).streams}
    assert streaming == {name for name in NAMES if all_schemas()[name].stream and all_schemas()[name].speaks}
    assert {name for name in streaming if shape.known(name).only_streams} == {"tgi-stream"}


@pytest.mark.parametrize("name", ["gpt2", "chat", "tgi"])
def test_parameters_reach_the_request(name: str) -> None:
    target = Target("http://127.0.0.1/", shape.known(name), parameters={"max_new_tokens": 7})
    assert '"max_new_tokens": 7' in json.dumps(json.loads(target.body("Well?")))


def _can(made: shape.Shape, stream: bool) -> bool:
    return made.streams if stream else not made.only_streams


async def _measured(emulator: Emulator, asked: list[tuple[str, bool]]) -> dict[tuple[str, bool], Sample]:
    prompts = Unique(Made(12))
    found = {}
    for number, (name, stream) in enumerate(asked):
        endpoint, made = emulator[name], shape.known(name)
        url = endpoint.url
        async with Caller(Target(url, made, endpoint.key, stream), clock()) as caller:
            found[name, stream] = await caller.call(number, prompts.prompt, "measure", 0)
    return found
