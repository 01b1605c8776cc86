"""The simulator and the emulator on a socket agree about the same calls at the same times."""

import asyncio
from collections import Counter
from contextlib import nullcontext, suppress

import aiohttp
import pytest

from azureml_emulator import Emulator, Endpoint
from azureml_emulator.draw import Draw
from azureml_emulator.endpoint import RequestSettings
from azureml_emulator.simulation import Arrivals, Callers, Simulation
from azureml_emulator.simulation.summary import Distribution

SECONDS = 12
SERVICE = {"type": "gamma", "mean_ms": 150, "shape": 4}
"""Long enough that what a busy machine adds is small beside it."""


@pytest.fixture
def endpoint():
    """Two slots, which together do 13.3 calls a second."""
    limits = RequestSettings(max_concurrent_requests_per_instance=1)
    return Endpoint("gpt2", schema="gpt2", latency=SERVICE, request_settings=limits, instance_count=2)


async def lived(url, key, bodies, instants):
    """Send each body at its instant, whatever became of those before; give status and seconds of each."""
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), headers={"authorization": f"Bearer {key}"}
    ) as session:
        start = loop.time() + 0.2

        async def one(body, instant):
            await asyncio.sleep(start + instant - loop.time())
            async with session.post(url, json=body) as response:
                await response.read()
                return response.status, loop.time() - start - instant

        return await asyncio.gather(*map(one, bodies, instants))


@pytest.mark.slow
@pytest.mark.parametrize("rate", [5, 12, 22], ids=["light", "near saturation", "overloaded"])
def test_they_agree_on_the_share_of_429_and_on_latency(rate, endpoint, tmp_path):
    drawn = Arrivals.read(f"poisson:{rate}/s").times(Draw.of(b"agreement").units(b"arrivals"), SECONDS)
    instants = [at for at, _ in zip(drawn, range(rate * SECONDS), strict=False)]
    instants = [at - instants[0] for at in instants]
    (tmp_path / "trace").write_text("\n".join(map(repr, instants)), encoding="utf-8")
    bodies = [{"inputs": {"input_string": [f"call {number}"]}} for number in range(len(instants))]

    callers = Callers([endpoint], bodies=bodies)
    simulated = Simulation([endpoint], callers, Arrivals.read(f"trace:{tmp_path / 'trace'}"), seed=5).run()
    tries = 3  # a machine that is busy with something else keeps no time
    while tries:
        tries -= 1
        with Emulator([endpoint], seed=5) as emulator:
            found = asyncio.run(lived(emulator["gpt2"].url, endpoint.key, bodies, instants))
        with suppress(AssertionError) if tries else nullcontext():
            assert simulated.offered == len(instants)
            agree(found, simulated, crowded=rate == 22)
            return


def agree(found, simulated, crowded):
    statuses = Counter(str(status) for status, _ in found)
    assert sum(statuses.values()) == simulated.offered
    refused = (statuses["429"] / len(found), simulated.statuses.get("429", 0) / simulated.offered)
    assert refused[0] == pytest.approx(refused[1], abs=0.02)
    latency = Distribution([seconds for status, seconds in found if status == 200])
    for share in (50, 99):
        assert latency.percentile(share) == pytest.approx(simulated.latency.percentile(share), rel=0.1)
    assert (refused[1] > 0.2) == crowded
