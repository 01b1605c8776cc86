"""Curated inputs, each for its reason. They are tried first, all of them, before anything is left to chance.

A line is added for each report of a bug that an input caused.
"""

from typing import Any

TEXTS: dict[str, str] = {
    "": "nothing; arrives as null, or is left out",
    '"': "the quote that ends a JSON string",
    "\\": "the backslash that begins an escape",
    "\n": "a line end; escaped by hand it arrives as two characters",
    "\t": "a tab, likewise",
    "\r\n": "Windows' line end; made one by text mode",
    "\x00": "NUL; ends a C string",
    "\x7f": "DEL, a control character that JSON does not escape",
    "\u0085": "NEL; a line end to str.splitlines, not to SSE",
    "\u2028": "LINE SEPARATOR; ends a line in JavaScript and str.splitlines",
    "\u2029": "PARAGRAPH SEPARATOR, likewise",
    "\ufeff": "a byte order mark, eaten by utf-8-sig",
    "{}": "empty braces, filled by str.format",
    "{0}": "a field, filled by str.format",
    "%s": "a field, filled by the % operator",
    "$x": "a field, filled by string.Template",
    "</s>": "a token that ends the model's text",
    "é": "one character in NFC, two bytes in UTF-8",
    "e\u0301": "the same in NFD; made the other by normalisation",
    "𝄞": "beyond the basic plane: four bytes, two escapes",
    "👩‍👩‍👧": "an emoji of five code points",
    " a ": "blanks around; eaten by strip",
    "\n\na\n": "line ends around, likewise",
    '"a"': "quotes around, which look as if added by somebody",
    "[INST] a [/INST]": "a template's own marks",
    "null": "a word of JSON",
    '{"inputs": "x"}': "a text that is JSON itself",
    "it's": "a single quote; turns repr's quotes around",
    "a" * 3000: "longer than a buffer of a few hundred",
}
"""Texts that have been lost, changed or doubled on their way, and how."""

SURROGATES = ("\ud83c", "a\udc00b", "\udfff\ud800")
"""Halves of surrogate pairs, which have no UTF-8: what is left of an emoji that was cut in two."""

PARAMETERS: tuple[dict[str, Any], ...] = (
    {},
    {"temperature": 0},
    {"temperature": 0.0},
    {"temperature": 1},
    {"temperature": 1.0},
    {"temperature": 0.1},
    {"do_sample": False},
    {"do_sample": True},
    {"seed": 0},
    {"seed": 2**53 + 1},
    {"stop": []},
    {"stop": ["\n", '"']},
    {"stop": None},
    {"top_p": None},
    {"custom": ""},
    {"custom": {}},
    {"custom": [0, False, None, 1.0, "", []]},
    {"custom": {"a": {"b": [{"c": 0}]}}},
    {"max_tokens": 1, "temperature": 0.7, "top_p": 0.9},
)
"""Parameters that have been dropped for being false, turned into one another, or put into the wrong place."""
