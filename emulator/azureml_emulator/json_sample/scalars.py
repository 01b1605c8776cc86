"""Numbers and texts for a JSON Schema."""

from collections.abc import Callable, Iterator
from math import ceil, floor
from typing import Any

from azureml_emulator.draw import Draw
from azureml_emulator.json_sample.pattern import matching
from azureml_emulator.json_sample.rules import JsonSchema, is_multiple, matches

_TRIES = 30
_LONGEST = 10_000
_WORDS = (
    "amber",
    "basin",
    "cedar",
    "delta",
    "ember",
    "field",
    "grove",
    "harbour",
    "island",
    "juniper",
    "kettle",
    "lantern",
    "meadow",
    "north",
    "orchard",
    "pebble",
    "quarry",
    "river",
    "summit",
    "timber",
    "upland",
    "valley",
    "willow",
    "yonder",
)


def number(rules: JsonSchema, draw: Draw, whole: bool) -> float:
    """Draw a number within the limits: 0 to 100 if there are none. Raises `ValueError`."""
    low, high = _limits(rules)
    step = rules.get("multipleOf", 1 if whole else None)
    if step is None:
        return _between(rules, draw, low, high)
    first, last = ceil(low / step), floor(high / step)
    if first > last:
        raise ValueError(f"there is no {'integer' if whole else 'multiple'} from {low} to {high}")
    start = draw.integer(b"number") % (last - first + 1)
    for try_ in range(300):
        count = first + (start + try_) % (last - first + 1)
        for value in (count * step, round(count * step, 6)):
            if is_multiple(value, step) and _inside(rules, value) and (not whole or value == int(value)):
                return int(value) if whole else value
    raise ValueError(f"no multiple of {step} was found from {low} to {high}")


def _limits(rules: JsonSchema) -> tuple[float, float]:
    lows = [rules[name] for name in ("minimum", "exclusiveMinimum") if name in rules]
    highs = [rules[name] for name in ("maximum", "exclusiveMaximum") if name in rules]
    span = max(100, 10 * abs(rules.get("multipleOf", 1)))
    low = max(lows) if lows else min(0, *(high - span for high in highs)) if highs else 0
    high = min(highs) if highs else max(span, low + span)
    if low > high:
        raise ValueError(f"the least value, {low}, is above the greatest, {high}")
    return low, high


def _between(rules: JsonSchema, draw: Draw, low: float, high: float) -> float:
    for try_ in range(_TRIES):
        value = low + draw.unit(b"number %d" % try_) * (high - low)
        for one in (round(value, 2), value):
            if _inside(rules, one):
                return one
    for one in (low, high, low / 2 + high / 2):
        if _inside(rules, one):
            return one
    raise ValueError(f"there is no number between {low} and {high}")


def _inside(rules: JsonSchema, value: float) -> bool:
    return (
        rules.get("minimum", value) <= value <= rules.get("maximum", value)
        and ("exclusiveMinimum" not in rules or rules["exclusiveMinimum"] < value)
        and ("exclusiveMaximum" not in rules or rules["exclusiveMaximum"] > value)
    )


def text(rules: JsonSchema, draw: Draw, valid: Callable[[str], bool]) -> str:
    """Draw a text of the right format, pattern and length: words if any will do. Raises `ValueError`."""
    if rules.get("minLength", 0) > _LONGEST:
        raise ValueError(f"a text of more than {_LONGEST} characters is not made")
    matches(rules.get("pattern", ""))
    for try_ in range(_TRIES):
        for one in _texts(rules, draw.within(b"%d" % try_)):
            if valid(one):
                return one
    asked = ", ".join(f"{name} {rules[name]!r:.60}" for name in _ASKED if name in rules)
    raise ValueError(f"no text was found with {asked or 'what is asked for'}")


_ASKED = ("format", "pattern", "minLength", "maxLength")


def _texts(rules: JsonSchema, draw: Draw) -> Iterator[str]:
    if rules.get("format") in _MADE:
        yield _MADE[rules["format"]](draw)
    if "pattern" in rules:
        made = matching(rules["pattern"], draw)
        yield made
        yield made.ljust(rules.get("minLength", 0), "x")
    least, most = rules.get("minLength", 0), rules.get("maxLength", _LONGEST)
    words = _words(draw, 2)
    while len(words) < least:
        words += " " + _words(draw.within(b"%d" % len(words)), 20)
    end = max(least, 1) if least > 20 else max(least, len(_words(draw, 2)))
    yield words[: min(end, most)].rstrip().ljust(least, "s")


def _words(draw: Draw, count: int) -> str:
    return " ".join(draw.one_of(b"word %d" % at, _WORDS) for at in range(count))


def _date(draw: Draw) -> str:
    year, month, day = 2015 + _up_to(draw, b"year", 15), 1 + _up_to(draw, b"month", 12), 1 + _up_to(draw, b"day", 28)
    return f"{year}-{month:02}-{day:02}"


def _time(draw: Draw) -> str:
    return f"{_up_to(draw, b'hour', 24):02}:{_up_to(draw, b'minute', 60):02}:{_up_to(draw, b'second', 60):02}Z"


def _up_to(draw: Draw, label: bytes, below: int) -> int:
    return draw.integer(label) % below


def _word(draw: Draw) -> str:
    return draw.one_of(b"word", _WORDS)


_MADE: dict[Any, Callable[[Draw], str]] = {
    "date": _date,
    "time": _time,
    "date-time": lambda draw: f"{_date(draw)}T{_time(draw)}",
    "duration": lambda draw: f"P{1 + _up_to(draw, b'days', 30)}D",
    "email": lambda draw: f"{_word(draw)}@example.com",
    "hostname": lambda draw: f"{_word(draw)}.example.com",
    "ipv4": lambda draw: f"192.0.2.{_up_to(draw, b'host', 256)}",
    "ipv6": lambda draw: f"2001:db8:0:0:0:0:0:{_up_to(draw, b'host', 0x10000):x}",
    "uri": lambda draw: f"https://example.com/{_word(draw)}",
    "uri-reference": lambda draw: f"/{_word(draw)}",
    "uuid": lambda draw: draw.guid(b"uuid"),
    "json-pointer": lambda draw: f"/{_word(draw)}",
}
