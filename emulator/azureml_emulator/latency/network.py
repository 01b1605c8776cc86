"""The network between an endpoint and its caller: each piece of an answer is late by a length of time of its own."""

from collections.abc import Iterator
from math import inf

from azureml_emulator.latency.distribution import Distribution
from azureml_emulator.wire import Result, Write


def carried(result: Result, network: Distribution, units: Iterator[float]) -> Result:
    """Carry an answer over a network; what it adds to the whole answer becomes a stage of its time.

    What is written at one moment travels together; each such piece draws a delay. Order is kept: a piece that would
    overtake the one before arrives along with it, and what breaks off does so after what was written before.
    """
    writes: list[Write] = []
    moment, arrival = -inf, 0.0
    for due, data in result.writes:
        if due > moment:
            moment, arrival = due, max(arrival, due + network.seconds(units))
        writes.append((arrival, data))
    end = result.end
    if end is not None:
        end = end._replace(at=max(arrival, end.at + network.seconds(units)))
    late = result._replace(writes=tuple(writes), end=end)
    return late._replace(timing=(*result.timing, ("network", late.seconds - result.seconds)))
