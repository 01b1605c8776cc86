"""What is measured, each by its formula. A metric that stands here is in every table, summary, report and document.

A metric gives the values of one request; those of all requests are pooled. Times are in seconds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from azureml_bench.sample import Sample

_SECOND = 1e9


@dataclass(frozen=True)
class Metric:
    """One metric.

    `formula` says it in the fields of a `Sample`, `trap` what other tools get wrong about it. `unit` is `ms` or `/s`;
    values are in seconds, or per second. `whole` gives one figure for a request, by which objectives judge it.
    `retried` tells of which requests it is: those that were sent again, or once only.
    """

    name: str
    title: str
    formula: str
    trap: str
    unit: str
    values: Callable[[Sample], Iterable[float]]
    retried: bool = False

    def of(self, samples: Iterable[Sample]) -> Iterator[float]:
        """Pool the values of good requests: a failure is fast or slow for reasons of its own, and counted apart.

        So is what was sent again: what a caller feels who retries is another question.
        """
        good = (one for one in samples if one.ok and (one.tries > 1) == self.retried)
        return (value for one in good for value in self.values(one))

    def whole(self, sample: Sample) -> float | None:
        """Give one figure for a request: the mean of its values; None if it has none."""
        found = list(self.values(sample))
        return sum(found) / len(found) if found else None


_METRICS: dict[str, Metric] = {}


def _metric(
    name: str, title: str, formula: str, trap: str = "", unit: str = "ms", *, retried: bool = False
) -> Callable[[Callable[[Sample], Iterable[float]]], Metric]:
    def made(values: Callable[[Sample], Iterable[float]]) -> Metric:
        if name in _METRICS:
            raise TypeError(f"two metrics are called {name!r}")
        _METRICS[name] = Metric(name, title, formula, trap, unit, values, retried)
        return _METRICS[name]

    return made


def metrics() -> Mapping[str, Metric]:
    """Give every metric by its name, in the order of the table."""
    return MappingProxyType(_METRICS)


@_metric("e2e", "end to end", "end - sent", "leaves out how late the request was sent")
def e2e(sample: Sample) -> Iterator[float]:
    """From sending to the last byte."""
    yield (sample.end - sample.sent) / _SECOND


@_metric(
    "e2e_intended",
    "end to end, from intended start",
    "end - intended",
    "what callers feel who come at their own time; closed loops cannot have it, and hide stalls",
)
def e2e_intended(sample: Sample) -> Iterator[float]:
    """From when it should have been sent to the last byte."""
    yield (sample.end - sample.intended) / _SECOND


@_metric(
    "e2e_retried",
    "end to end, of what was sent again",
    "end - sent, of the requests with tries > 1, pauses between tries included",
    "mixed with those that came at once, it is neither the endpoint's latency nor the caller's",
    retried=True,
)
def e2e_retried(sample: Sample) -> Iterator[float]:
    """From sending for the first time to the last byte of the try that went well."""
    yield (sample.end - sample.sent) / _SECOND


@_metric("ttfb", "time to first byte", "first_byte - sent", "headers come before any text: no TTFT")
def ttfb(sample: Sample) -> Iterator[float]:
    """From sending to the headers."""
    if sample.first_byte is not None:
        yield (sample.first_byte - sample.sent) / _SECOND


@_metric("ttft", "time to first token (TTFT)", "contents[0].at - sent", "a chunk with only a role is no token")
def ttft(sample: Sample) -> Iterator[float]:
    """From sending to the first text."""
    if sample.contents:
        yield (sample.contents[0].at - sample.sent) / _SECOND


@_metric("ttft_intended", "TTFT, from intended start", "contents[0].at - intended")
def ttft_intended(sample: Sample) -> Iterator[float]:
    """From when it should have been sent to the first text."""
    if sample.contents:
        yield (sample.contents[0].at - sample.intended) / _SECOND


@_metric(
    "itl",
    "inter-token latency (ITL)",
    "contents[n + 1].at - contents[n].at",
    "TTFT is none of them; events that one read brought have no gap between them, certainly not one of 0",
)
def itl(sample: Sample) -> Iterator[float]:
    """Every gap between arrivals of text."""
    return ((after.at - before.at) / _SECOND for before, after in pairwise(sample.contents))


@_metric(
    "tpot",
    "time per output token (TPOT)",
    "(contents[-1].at - contents[0].at) / (n - 1), n being the server's usage, else events with text",
    "dividing by reads instead of tokens; the summary says which n was used",
)
def tpot(sample: Sample) -> Iterator[float]:
    """The mean time of each token after the first."""
    count = sample.tokens or sample.events
    if len(sample.contents) > 1 and count > 1:
        yield (sample.contents[-1].at - sample.contents[0].at) / _SECOND / (count - 1)


@_metric("output_tokens", "output tokens per second", "tokens / (end - sent)", "", "/s")
def output_tokens(sample: Sample) -> Iterator[float]:
    """How fast text came, in the server's tokens, else events."""
    count = sample.tokens or sample.events
    if count and sample.end > sample.sent:
        yield count * _SECOND / (sample.end - sample.sent)


@_metric("output_characters", "characters per second", "characters / (end - sent)", "", "/s")
def output_characters(sample: Sample) -> Iterator[float]:
    """How fast text came, whatever its tokens are."""
    if sample.characters and sample.end > sample.sent:
        yield sample.characters * _SECOND / (sample.end - sample.sent)


@_metric("output_bytes", "bytes per second", "response_bytes / (end - sent)", "", "/s")
def output_bytes(sample: Sample) -> Iterator[float]:
    """How fast bytes came."""
    if sample.response_bytes and sample.end > sample.sent:
        yield sample.response_bytes * _SECOND / (sample.end - sample.sent)
