"""From recorded times to latency models, and how well these fit.

Of streams: the time to the first event with text is regressed on the prompt's tokens (least squares), which gives
`prefill_ms`; what is left of it, and the gaps between further events with text, are fitted by a distribution. Of
whole answers, the time to the last byte is. Events count as tokens, as they do where the emulator streams.
"""

from collections.abc import Iterable, Sequence
from itertools import cycle, islice, pairwise
from math import ceil, exp, log, sqrt
from statistics import NormalDist, fmean, stdev
from typing import Any, NamedTuple, TypeVar

from azureml_emulator.draw import Draw
from azureml_emulator.latency import Latency, Work
from azureml_emulator.recording.cassette import Cassette, Interaction
from azureml_emulator.recording.matching import Matching, shapes
from azureml_emulator.recording.timings import prompt_tokens, times

_KEPT = (0, 5, 10, 25, 50, 75, 90, 95, 99, 100)
"""Percentiles that an empirical distribution is told by."""

SHOWN = (50, 90, 99)
_STEADY = 0.01

_DRAWN = 300
"""Answers that are drawn from a model to tell how well it fits."""

_FEWEST = 8
"""Times from which on a distribution is fitted, not listed."""


class Streamed(NamedTuple):
    """One stream: the prompt's tokens, and when each event with text came, in seconds."""

    prompt_tokens: int
    times: tuple[float, ...]


class Whole(NamedTuple):
    """One whole answer: the prompt's tokens, and the seconds to its last byte."""

    prompt_tokens: int
    seconds: float


Answer = TypeVar("Answer", Streamed, Whole)


class Fit(NamedTuple):
    """A model for one path: its name, its shape's name, the setting, what it rests on, and how well it fits.

    `quality` has, by what was measured, the percentiles `SHOWN`, recorded and by the model, in milliseconds.
    """

    name: str
    schema: str
    setting: dict[str, Any]
    basis: str
    quality: dict[str, tuple[list[float], list[float]]]


def fits(cassette: Cassette) -> list[Fit]:
    """Fit a model for each path, for streams and whole answers apart. Raises `ValueError` if nothing can be."""
    recorded = [one for one in cassette.interactions if one.response.status == 200 and one.response.end == "complete"]
    matching = Matching("loose", shapes=shapes(recorded))
    groups: dict[tuple[str, bool], list[Interaction]] = {}
    for one in recorded:
        if one.response.chunks and one.request.method == "POST":
            groups.setdefault((one.request.path, one.response.streamed), []).append(one)
    if not groups:
        raise ValueError(f"{cassette.name}: no answer to a POST with status 200 is recorded whole; nothing to fit")
    found: list[Fit] = []
    for (path, streamed), some in groups.items():
        shape = matching.shape(path)
        schema = shape.name if shape else ""
        name = _free(schema or "recorded", streamed, {one.name for one in found})
        make = _of_streams if streamed else _of_wholes
        found.append(make(name, schema, path, some, matching))
    return found


def _free(schema: str, streamed: bool, taken: set[str]) -> str:
    name = f"{schema[:20]}-{'streamed' if streamed else 'whole'}"
    return next(
        one for number in range(len(taken) + 1) if (one := f"{name}-{number + 1}" if number else name) not in taken
    )


def _of_wholes(name: str, schema: str, path: str, some: Sequence[Interaction], matching: Matching) -> Fit:
    answers = [Whole(prompt_tokens(one, matching), one.response.end_s) for one in some]
    setting = distribution([one.seconds * 1000 for one in answers])
    model = Latency.of(setting)
    drawn = [model.pace(_work(number, one.prompt_tokens))(1) for number, one in enumerate(_often(answers))]
    quality = {"answer": (_quantiles([one.seconds for one in answers]), _quantiles(drawn))}
    return Fit(name, schema, setting, f"{len(answers)} whole answer(s) at {path}", quality)


def _of_streams(name: str, schema: str, path: str, some: Sequence[Interaction], matching: Matching) -> Fit:
    read = (Streamed(prompt_tokens(one, matching), tuple(times(one))) for one in some)
    streams = [one for one in read if one.times]
    if not streams:
        raise ValueError(f"no stream at {path} has an event with text; nothing to fit")
    slope = _slope([(one.prompt_tokens, one.times[0] * 1000) for one in streams])
    firsts = [max(one.times[0] * 1000 - slope * one.prompt_tokens, 0.0) for one in streams]
    gaps = [(after - before) * 1000 for one in streams for before, after in pairwise(one.times)]
    setting: dict[str, Any] = {"type": "tokens", "first_ms": distribution(firsts)}
    setting |= {"prefill_ms": _rounded(slope)} if slope else {}
    setting["gap_ms"] = distribution(gaps) if gaps else 0
    drawn = [_drawn(setting, number, one) for number, one in enumerate(_often(streams))]
    quality = {
        "first token": (_quantiles([one.times[0] for one in streams]), _quantiles([one.times[0] for one in drawn])),
        "gap": (_quantiles(_gaps(streams)), _quantiles(_gaps(drawn))),
        "last token": (_quantiles([one.times[-1] for one in streams]), _quantiles([one.times[-1] for one in drawn])),
    }
    return Fit(name, schema, setting, f"{len(streams)} stream(s) at {path}, {len(gaps)} gaps", quality)


def _slope(points: Sequence[tuple[int, float]]) -> float:
    """Give the milliseconds that a prompt's token costs, by least squares; 0 if that is less than its error."""
    count = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if count < 3 or not spread:
        return 0.0
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    left = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points)
    error = sqrt(left / (count - 2) / spread)
    return slope if slope > 2 * error else 0.0


def distribution(milliseconds: Sequence[float]) -> Any:
    """Give the setting of the simplest distribution that fits: a number, lognormal, or empirical."""
    ordered = sorted(milliseconds)
    middle = _at(ordered, 50)
    if _at(ordered, 95) - _at(ordered, 5) <= _STEADY * middle:
        return _rounded(middle)
    if len(ordered) < _FEWEST:
        return {"type": "empirical", "samples_ms": [_rounded(one) for one in ordered]}
    if ordered[0] > 0:
        logarithms = [log(one) for one in ordered]
        normal = NormalDist(fmean(logarithms), stdev(logarithms))
        if _distance(logarithms, normal) <= _critical(len(ordered)):
            median, tail = exp(normal.mean), exp(normal.inv_cdf(0.99))
            return {"type": "lognormal", "median_ms": _rounded(median), "p99_ms": _rounded(tail)}
    return {"type": "empirical", "percentiles": {f"p{share}": _rounded(_at(ordered, share)) for share in _KEPT}}


def _distance(ordered: Sequence[float], model: NormalDist) -> float:
    """Give Kolmogorov and Smirnov's distance: how far the shares below a value differ at most."""
    count = len(ordered)
    shares = [(model.cdf(one), number) for number, one in enumerate(ordered)]
    return max(max(share - number / count, (number + 1) / count - share) for share, number in shares)


def _critical(count: int) -> float:
    """Give the distance that 5 % of true samples exceed, the model being fitted to them (Lilliefors, by Stephens).

    The one of Kolmogorov and Smirnov is for a model that is known beforehand; few samples pass it with any model.
    """
    root = sqrt(count)
    return 0.895 / (root - 0.01 + 0.85 / root)


def _at(ordered: Sequence[float], share: float) -> float:
    """Give a percentile of values that rise: the smallest one that so many per cent do not exceed."""
    return ordered[max(ceil(len(ordered) * share / 100) - 1, 0)]


def _quantiles(seconds: Iterable[float]) -> list[float]:
    ordered = sorted(seconds)
    return [_at(ordered, share) * 1000 for share in SHOWN] if ordered else []


def _gaps(streams: Iterable[Streamed]) -> list[float]:
    return [after - before for one in streams for before, after in pairwise(one.times)]


def _often(answers: Sequence[Answer]) -> Iterable[Answer]:
    """Give what was asked over and over, so that the model is drawn from often enough."""
    return islice(cycle(answers), max(len(answers), _DRAWN))


def _work(number: int, prompt_tokens: int) -> Work:
    return Work(prompt_tokens, Draw.of(b"fit", number.to_bytes(8, "big")))


def _drawn(setting: dict[str, Any], number: int, stream: Streamed) -> Streamed:
    """Draw the times of a stream's events from a model."""
    pace = Latency.of(setting).pace(_work(number, stream.prompt_tokens))
    return Streamed(stream.prompt_tokens, tuple(pace(event + 1) for event in range(len(stream.times))))


def _rounded(milliseconds: float) -> float:
    """Keep five digits: more were not measured."""
    return float(f"{milliseconds:.5g}")
