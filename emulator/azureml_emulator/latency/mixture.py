"""Several distributions in one, as of an answer that is mostly quick but sometimes misses a cache."""

from collections.abc import Iterator
from math import fsum
from types import MappingProxyType
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from azureml_emulator.latency.distribution import Distribution
from azureml_emulator.latency.model import NESTING, Number, about


@dataclass(frozen=True, config=NESTING)
class Part:
    """One of the distributions that are mixed."""

    latency: Annotated[Distribution, about("How long these take: milliseconds, or a distribution.")]
    weight: Annotated[Number, Field(gt=0), about("How many take so long, in proportion to the other weights.")] = 1.0


@dataclass(frozen=True, config=NESTING)
class Mixture(Distribution):
    """Now one of its `parts`, now another, in proportion to their weights."""

    example = MappingProxyType(
        {
            "parts": [
                {"weight": 95, "latency": {"type": "normal", "mean_ms": 200, "sd_ms": 20}},
                {"weight": 5, "latency": 3000},
            ]
        }
    )

    parts: Annotated[
        tuple[Part, ...],
        about("What is mixed: a list of `{latency: ..., weight: ...}`; a weight that is left out is 1."),
    ]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("parts: expected at least one, such as {latency: 200, weight: 3}")

    def seconds(self, units: Iterator[float]) -> float:
        point = next(units) * fsum(one.weight for one in self.parts)
        for part in self.parts:
            point -= part.weight
            if point < 0:
                break
        return part.latency.seconds(units)
