"""Time by the token, as language models take it."""

from types import MappingProxyType

from pydantic.dataclasses import dataclass

from azureml_emulator.latency.model import STRICT, Latency, Milliseconds, Pace, Work


@dataclass(frozen=True, config=STRICT)
class Tokens(Latency):
    """The first token takes `first_ms` milliseconds (TTFT), each further one `gap_ms` more (ITL)."""

    example = MappingProxyType({"first_ms": 300, "gap_ms": 20})

    first_ms: Milliseconds
    gap_ms: Milliseconds

    def pace(self, work: Work) -> Pace:
        return lambda token: (self.first_ms + max(token - 1, 0) * self.gap_ms) / 1000
