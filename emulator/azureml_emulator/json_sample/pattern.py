"""A text that matches a regular expression: literals, classes, groups, alternatives, repetitions and anchors."""

import re
from collections.abc import Iterator

from azureml_emulator.draw import Draw

_CLASSES = {
    "d": "0123456789",
    "w": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
    "s": " ",
    "D": "abcdefghijklmnopqrstuvwxyz-",
    "W": " -.,:;!",
    "S": "abcdefghijklmnopqrstuvwxyz0123456789",
}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_ANY = _CLASSES["S"]
_PRINTABLE = "".join(map(chr, range(32, 127)))
_REPEAT = re.compile(r"\{(\d+)(,?)(\d*)\}")
_NAMED_GROUP = re.compile(r"\?P?<[A-Za-z_]\w*>|\?:")
_MOST = 10_000


def matching(pattern: str, draw: Draw) -> str:
    """Draw a text that matches the whole of a pattern.

    Raises `ValueError` for what it does not understand: look-around, back references, Unicode categories, flags.
    """
    writer = _Writer(pattern, draw)
    text = writer.alternatives()
    if writer.at < len(pattern):
        raise writer.puzzled()
    return text


class _Writer:
    """Reads a pattern from left to right and writes the text as it goes."""

    def __init__(self, pattern: str, draw: Draw) -> None:
        self.pattern = pattern
        self.at = 0
        self._draw = draw
        self._drawn = 0
        self._deep = 0

    def puzzled(self) -> ValueError:
        return ValueError(f"cannot make a text for the pattern {self.pattern!r:.60}: see character {self.at}")

    def _number(self, below: int) -> int:
        self._drawn += 1
        if self._drawn > _MOST:
            raise self.puzzled()
        return self._draw.integer(b"%d" % self._drawn) % below

    def _peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _next(self) -> str:
        found = self._peek()
        if not found:
            raise self.puzzled()
        self.at += 1
        return found

    def alternatives(self) -> str:
        self._deep += 1
        if self._deep > 50:
            raise self.puzzled()
        written = [self._sequence()]
        while self._peek() == "|":
            self.at += 1
            written.append(self._sequence())
        self._deep -= 1
        return written[self._number(len(written))]

    def _sequence(self) -> str:
        text = ""
        while self._peek() not in ("", "|", ")"):
            start = self.at
            once = self._piece()
            end, times = self._times()
            text += once
            for _ in range(times - 1):
                self.at = start
                text += self._piece()
                if len(text) > _MOST:
                    raise self.puzzled()
            text = text if times else text[: len(text) - len(once)]
            self.at = end
        return text

    def _times(self) -> tuple[int, int]:
        """Read how often the piece before is repeated, and draw a number of times; give where reading goes on."""
        least = most = 1
        sign = self._peek()
        if sign and sign in "*+?":
            least, most = {"*": (0, 4), "+": (1, 5), "?": (0, 1)}[sign]
            self.at += 1
        elif repeat := _REPEAT.match(self.pattern, self.at):
            least = int(repeat[1])
            most = int(repeat[3]) if repeat[3] else least + 4 * bool(repeat[2])
            self.at = repeat.end()
        if self.at and (least, most) != (1, 1) and self._peek() in ("?", "+"):
            self.at += 1
        if least > _MOST or most < least:
            raise self.puzzled()
        return self.at, least + self._number(min(most - least, 8) + 1)

    def _piece(self) -> str:
        sign = self._next()
        if sign in "^$":
            return ""
        if sign == ".":
            return self._one_of(_ANY)
        if sign == "[":
            return self._one_of(self._class())
        if sign == "(":
            return self._group()
        if sign == "\\":
            kind = self._next()
            return "" if kind in "AZbB" else self._one_of(self._escaped(kind))
        if sign in "*+?)":
            raise self.puzzled()
        return sign

    def _group(self) -> str:
        if self._peek() == "?":
            named = _NAMED_GROUP.match(self.pattern, self.at)
            if not named:
                raise self.puzzled()
            self.at = named.end()
        text = self.alternatives()
        if self._next() != ")":
            raise self.puzzled()
        return text

    def _one_of(self, letters: str) -> str:
        if not letters:
            raise self.puzzled()
        return letters[self._number(len(letters))]

    def _escaped(self, kind: str) -> str:
        if kind in _CLASSES:
            return _CLASSES[kind]
        if kind in "xu":
            digits = self.pattern[self.at : self.at + (2 if kind == "x" else 4)]
            self.at += len(digits)
            try:
                return chr(int(digits, 16))
            except ValueError:
                raise self.puzzled() from None
        if kind.isalnum() and kind not in _CONTROLS:
            raise self.puzzled()
        return _CONTROLS.get(kind, kind)

    def _class(self) -> str:
        other = self._peek() == "^"
        self.at += other
        letters = "".join(self._members())
        return "".join(one for one in _PRINTABLE if one not in letters) if other else letters

    def _members(self) -> Iterator[str]:
        first = self.at
        while (sign := self._next()) != "]" or self.at == first + 1:
            low = self._escaped(self._next()) if sign == "\\" else sign
            if self._peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self._next()
                high = self._escaped(self._next()) if high == "\\" else high
                if len(low + high) != 2:
                    raise self.puzzled()
                yield "".join(map(chr, range(ord(low), min(ord(high), ord(low) + 300) + 1)))
            else:
                yield low
