"""What is going to be measured: everything that decides a run's figures but the endpoint and the machine."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from azureml_bench.load import Due, Phases, schedule
from azureml_bench.prompts import Prompts, Repeated
from azureml_bench.target import Target
from azureml_emulator.simulation.arrivals import Arrivals, Poisson
from azureml_emulator.variant import settings_of


@dataclass(frozen=True)
class Plan:
    """A run.

    With `users` the loop is closed, and `arrivals` say nothing. `pace` is the least time between the starts of one
    user's requests, in seconds. `retries` is how often a request that failed is sent again.
    """

    target: Target
    arrivals: Arrivals = field(default_factory=lambda: Poisson(10.0))
    users: int = 0
    pace: float = 0.0
    phases: Phases = field(default_factory=Phases)
    max_in_flight: int = 1000
    retries: int = 0
    prompts: Prompts = field(default_factory=lambda: Repeated("hello"))
    seed: int = 0

    @property
    def closed(self) -> bool:
        """Whether callers wait for an answer before they ask again."""
        return self.users > 0

    def dues(self) -> Iterator[Due]:
        """Give the requests of an open loop. The same seed gives the same ones."""
        random = Random(self.seed)  # noqa: S311  a seed is to give the same run again
        units = iter(random.random, None)
        return schedule(self.arrivals.times(units, self.phases.sending), self.phases)

    def expected(self) -> float:
        """Say how many requests an open loop offers, on average."""
        return self.arrivals.expected(self.phases.sending)

    def announced(self) -> str:
        """Say what it will send, for somebody who pays for each request."""
        lasts = f"in {self.phases.sending:g} s, to {self.target.url}"
        again = f", each up to {self.retries + 1} times" if self.retries else ""
        if self.closed:
            return f"as many requests as {self.users} users get answered{again}, {lasts}"
        return f"about {self.expected():,.0f} requests{again}, {lasts}"

    def document(self) -> dict[str, Any]:
        """Write it for `summary.json`; there is no key in it."""
        load: dict[str, Any] = {"loop": "closed", "users": self.users, "pace_s": self.pace}
        if not self.closed:
            settings = {name: getattr(self.arrivals, name) for name in settings_of(type(self.arrivals))}
            if "file" in settings:
                settings["file"] = Path(settings["file"]).name
            load = {"loop": "open", "arrivals": self.arrivals.kind, **settings}
        return {
            "schema": self.target.shape.name,
            "api_type": self.target.shape.api_type,
            "deployment": self.target.deployment,
            "stream": self.target.stream,
            "parameters": dict(self.target.parameters),
            "timeout_s": self.target.timeout,
            "load": load,
            "phases_s": self.phases._asdict(),
            "max_in_flight": self.max_in_flight,
            "retries": self.retries,
            "prompts": self.prompts.described(),
            "seed": self.seed,
        }

    def hash(self) -> str:
        """Give what is the same for two runs that may be compared: all but the seed, the address, the deployment."""
        alike = {name: value for name, value in self.document().items() if name not in ("seed", "deployment")}
        return hashlib.sha256(json.dumps(alike, sort_keys=True, default=str).encode()).hexdigest()[:12]

    def some_prompts(self, count: int) -> list[str]:
        """Give the first prompts, as they will be sent."""
        return [self.prompts.prompt(number) for number in islice(range(count), count)]
