"""What a prompt offers for the places of a JSON value: its numbers, quoted words, names, addresses and dates."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from azureml_emulator.json_sample.rules import JsonSchema

_NUMBER = re.compile(r"(?<![\w.-])-?\d{1,15}(?:\.\d{1,15})?(?!\w|\.\d|-\d)")
_QUOTED = re.compile(r"(?<!\w)(?:\"([^\"\n]{1,200})\"|'([^'\n]{1,200})'|`([^`\n]{1,200})`|“([^”\n]{1,200})”)(?!\w)")
_NAME = re.compile(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Þ]\w+(?: [A-ZÀ-Þ]\w+)*")
_TOKEN = re.compile(r"[^\s\"'`<>()\[\]{}]{3,200}")
_LONGEST = 20_000
"""Characters of a text that are looked through."""
_MOST = 50
_SHORT = 24
"""The longest word that is tried against a pattern, so that no pattern can take for ever."""


class Hints:
    """Values on offer, in the order in which they were said; `left` are the numbers of those not yet used."""

    def __init__(self, hints: Sequence[Any]) -> None:
        said = [leaf for hint in hints for leaf in _leaves(hint)]
        self._texts = [one[:_LONGEST] for one in said if isinstance(one, str)]
        self._offers = [offer for one in said[:_MOST] for offer in _offers(one)]
        self.left: tuple[int, ...] = tuple(range(len(self._offers)))

    def take(self, kind: str, rules: JsonSchema, valid: Callable[[Any], bool]) -> Any:
        """Take the first valid offer for a number or a text; None if there is none."""
        if kind not in ("integer", "number", "string"):
            return None
        special = "format" in rules or "pattern" in rules
        for number in self.left:
            word, value = self._offers[number]
            if isinstance(value, str) != (kind == "string") or (word and not special):
                continue
            if "pattern" in rules and isinstance(value, str) and len(value) > _SHORT:
                continue
            value = int(value) if kind == "integer" and isinstance(value, float) and value.is_integer() else value
            if valid(value):
                self.left = tuple(one for one in self.left if one != number)
                return value
        return None

    def mentioned(self, options: Iterable[Any]) -> list[str]:
        """Give those of some values that are words of the texts, in the order in which they are said there."""
        found = []
        said = "\n".join(self._texts).casefold()
        for option in options:
            if isinstance(option, str) and option and option.casefold() in said:
                word = re.compile(rf"(?<!\w){re.escape(option)}(?!\w)", re.IGNORECASE)
                found += [
                    (number, match.start(), option)
                    for number, text in enumerate(self._texts)
                    if (match := word.search(text))
                ]
        return [option for _, _, option in sorted(found)]


def _leaves(hint: Any) -> Iterator[Any]:
    if isinstance(hint, Mapping):
        hint = list(hint.values())
    if isinstance(hint, list | tuple):
        for one in hint:
            yield from _leaves(one)
    elif isinstance(hint, str | int | float) and not isinstance(hint, bool):
        yield hint


def _offers(said: Any) -> list[tuple[bool, Any]]:
    """Find what a text offers; of each, whether it is a mere word, which is good for patterns and formats only."""
    if not isinstance(said, str):
        return [(False, said)]
    text = said[:_LONGEST]
    found: list[tuple[int, bool, Any]] = [(0, False, said)] if said and not re.search(r"\s", text) else []
    found += [(one.start(), False, (float if "." in one[0] else int)(one[0])) for one in _NUMBER.finditer(text)]
    found += [(one.start(), False, next(filter(None, one.groups()))) for one in _QUOTED.finditer(text)]
    found += [(one.start(), False, one[0]) for one in _NAME.finditer(text)]
    found += [(one.start(), True, one[0].strip(".,;:!?")) for one in _TOKEN.finditer(text)]
    offers = [(word, value) for _, word, value in sorted(found, key=lambda one: one[:2])]
    return [one for one in offers if not one[0]][:_MOST] + [one for one in offers if one[0]][:_MOST]
