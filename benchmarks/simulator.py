"""How many calls the simulator plays in a second of the processor's time.

python benchmarks/simulator.py [--calls N] [--turns N]
"""

import argparse
import json
from statistics import median
from time import process_time

from azureml_emulator.endpoint import Endpoint, RequestSettings
from azureml_emulator.simulation import Arrivals, Callers, Simulation

EXPONENTIAL = {"type": "exponential", "mean_ms": 100}
ENDPOINTS = {
    "no latency, no limits": Endpoint("e", schema="gpt2"),
    "exponential latency": Endpoint("e", schema="gpt2", latency=EXPONENTIAL),
    "exponential latency, queue": Endpoint(
        "e",
        schema="gpt2",
        latency=EXPONENTIAL,
        instance_count=25,
        request_settings=RequestSettings(max_concurrent_requests_per_instance=1),
    ),
    "chat, by the token, queue": Endpoint(
        "e",
        schema="chat",
        latency={"type": "tokens", "first_ms": 50, "gap_ms": 5},
        instance_count=25,
        request_settings=RequestSettings(max_concurrent_requests_per_instance=1),
    ),
}


def calls_per_second(endpoint, calls):
    """Play Poisson's calls at 200 a second, which use 20 of 25 instances."""
    simulation = Simulation([endpoint], Callers([endpoint]), Arrivals.read("poisson:200/s"), calls / 200)
    begun = process_time()
    summary = simulation.run()
    return summary.offered / (process_time() - begun)


def parsing_per_second(calls):
    """For comparison: so often a second a small body is parsed and written again."""
    body = json.dumps({"inputs": {"input_string": ["My name is John and I am"]}, "parameters": {"temperature": 0.8}})
    begun = process_time()
    for _ in range(calls):
        json.dumps(json.loads(body)).encode()
    return calls / (process_time() - begun)


def main():
    """Measure, taking turns, and print the median and the best."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=7)
    options = parser.parse_args()
    figures = {name: [] for name in ("json.loads and json.dumps", *ENDPOINTS)}
    for _ in range(options.turns):
        figures["json.loads and json.dumps"].append(parsing_per_second(options.calls))
        for name, endpoint in ENDPOINTS.items():
            figures[name].append(calls_per_second(endpoint, options.calls))
    print(f"{'calls per second of processor time':36}{'median':>10}{'best':>10}")
    for name, found in figures.items():
        print(f"{name:36}{median(found):10,.0f}{max(found):10,.0f}")


if __name__ == "__main__":
    main()
