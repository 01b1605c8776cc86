"""Looks for a regular expression in a text, in a time that grows with both their lengths and no faster.

Python's own `re` tries one way after another, and for some patterns there are more ways than anyone can wait for;
here all of them are followed at once. What cannot be looked for like this, look-around and references to groups, is
not supported.
"""

import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from re import _constants as op  # type: ignore[attr-defined]  # private, and the same since Python 3.11
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Test = Callable[[str], bool]

_MOST_STATES = 20_000
_MOST_STEPS = 300_000
_ACCEPT = 0

_CATEGORIES: dict[Any, Test] = {
    op.CATEGORY_DIGIT: str.isdecimal,
    op.CATEGORY_SPACE: str.isspace,
    op.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
    op.CATEGORY_NOT_DIGIT: lambda char: not char.isdecimal(),
    op.CATEGORY_NOT_SPACE: lambda char: not char.isspace(),
    op.CATEGORY_NOT_WORD: lambda char: not (char.isalnum() or char == "_"),
}


def _is_word(char: str) -> bool:
    return bool(char) and _CATEGORIES[op.CATEGORY_WORD](char)


def _at_boundary(text: str, at: int) -> bool:
    return _is_word(text[at - 1 : at]) != _is_word(text[at : at + 1])


_PLACES: dict[Any, Callable[[str, int], bool]] = {
    op.AT_BEGINNING: lambda _, at: at == 0,
    op.AT_BEGINNING_STRING: lambda _, at: at == 0,
    op.AT_END: lambda text, at: at >= len(text) - 1 and text[at:] in ("", "\n"),
    op.AT_END_STRING: lambda text, at: at == len(text),
    op.AT_BOUNDARY: _at_boundary,
    op.AT_NON_BOUNDARY: lambda text, at: not _at_boundary(text, at),
}


class Automaton:
    """A pattern as states: one that reads a character, one that asks for a place, or one with several ways on.

    Raises `re.error` for what is no pattern, or one that is not supported.
    """

    def __init__(self, pattern: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a caller's odd pattern is no business of whoever runs this
            compiled = re.compile(pattern)
            parsed = parser.parse(pattern)
        if compiled.flags != re.UNICODE:
            raise re.error("flags are not supported")
        self._reads: dict[int, tuple[Test, int]] = {}
        self._asks: dict[int, tuple[Callable[[str, int], bool], int]] = {}
        self._ways: dict[int, list[int]] = {}
        self._states = _ACCEPT
        self._start = self._sequence(parsed, _ACCEPT)

    def search(self, text: str) -> bool:
        """Tell whether the pattern is somewhere in the text. Raises `re.error` if that takes too long."""
        steps, reached = 0, set[int]()
        for at in range(len(text) + 1):
            reached = self._closed([*reached, self._start], text, at)
            if _ACCEPT in reached:
                return True
            steps += len(reached) + 1
            if steps > _MOST_STEPS:
                raise re.error("it takes too long to look for")
            char = text[at : at + 1]
            readers = [self._reads[state] for state in reached if state in self._reads] if char else ()
            reached = {then for test, then in readers if test(char)}
        return False

    def _closed(self, states: list[int], text: str, at: int) -> set[int]:
        """Add what is reached without reading on."""
        reached = set(states)
        while states:
            state = states.pop()
            ways = self._ways.get(state, ())
            if state in self._asks:
                holds, then = self._asks[state]
                ways = [then] if holds(text, at) else ()
            new = [way for way in ways if way not in reached]
            reached.update(new)
            states += new
        return reached

    def _new(self) -> int:
        self._states += 1
        if self._states > _MOST_STATES:
            raise re.error("it repeats too much")
        return self._states

    def _reading(self, test: Test, then: int) -> int:
        state = self._new()
        self._reads[state] = cache(test), then
        return state

    def _split(self, ways: list[int]) -> int:
        state = self._new()
        self._ways[state] = ways
        return state

    def _sequence(self, items: Sequence[tuple[Any, Any]], then: int) -> int:
        for kind, what in reversed(items):
            then = self._item(kind, what, then)
        return then

    def _item(self, kind: Any, what: Any, then: int) -> int:
        """Give the state from which the item leads to `then`."""
        if kind is op.IN or kind in (op.LITERAL, op.NOT_LITERAL, op.ANY):
            return self._reading(_one_of(what) if kind is op.IN else _single(kind, what), then)
        if kind is op.BRANCH:
            return self._split([self._sequence(one, then) for one in what[1]])
        if kind is op.SUBPATTERN and not (what[1] or what[2]):
            return self._sequence(what[3], then)
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            return self._repeat(what, then)
        if kind is op.AT:
            state = self._new()
            self._asks[state] = _PLACES[what], then
            return state
        raise re.error(f"{str(kind).lower()} is not supported")

    def _repeat(self, what: tuple[int, int, Sequence[tuple[Any, Any]]], then: int) -> int:
        least, most, items = what
        if most is op.MAXREPEAT:
            loop = self._split([then])
            self._ways[loop].append(self._sequence(items, loop))
            on = loop
        else:
            on = then
            for _ in range(most - least):
                on = self._split([then, self._sequence(items, on)])
        for _ in range(least):
            before, on = self._states, self._sequence(items, on)
            if self._states == before:
                break
        return on


def _single(kind: Any, code: int | None) -> Test:
    if code is None:
        return lambda char: char != "\n"
    sign = chr(code)
    return (lambda char: char == sign) if kind is op.LITERAL else (lambda char: char != sign)


def _one_of(items: Iterable[tuple[Any, Any]]) -> Test:
    tests = [_member(kind, what) for kind, what in items if kind is not op.NEGATE]
    wanted = len(tests) == len(list(items))
    return lambda char: any(test(char) for test in tests) == wanted


def _member(kind: Any, what: Any) -> Test:
    if kind is op.CATEGORY:
        return _CATEGORIES[what]
    low, high = what if kind is op.RANGE else (what, what)
    return lambda char: low <= ord(char) <= high


@lru_cache(maxsize=64)
def automaton(pattern: str) -> Automaton:
    """Make the automaton of a pattern, or give the one made before."""
    return Automaton(pattern)
