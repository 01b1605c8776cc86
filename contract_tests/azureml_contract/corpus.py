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
    "\\n": "a backslash and an n, as in a Windows path; made a line end by unescaping",
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
    "\u00a0a\u3000": "blanks that only some languages have; eaten by strip, too",
    "\x0b\x0c\x1ca": "separators; line ends to str.splitlines, blanks to strip, control characters to JSON",
    "{{}}": "braces doubled, halved by str.format",
    "<a & b>": "marks of HTML, escaped for a page that nobody shows",
    "ﬁ": "a ligature, taken apart by NFKC",
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

BLANK_AROUND: dict[str, str] = {
    "": "no text, which is falsy",
    " ": "a blank alone, eaten by strip",
    "\n": "a line end alone, likewise",
    " a": "a blank before, by which a model begins a new word",
    "a ": "a blank after, by which it ends one",
    "\n\na\n": "line ends around",
    "\ta\n\tb": "code that is indented",
    "a\r\n": "Windows' line end, made another by text mode",
    "\u00a0a\u00a0": "no-break spaces, which str.strip eats too",
    "\u3000a": "an ideographic space, likewise",
    "a  b": "two blanks inside; made one by split and join",
}
"""Texts whose blanks have been lost."""

NOT_JSON: dict[bytes, str] = {
    b"": "An empty body",
    b" \n": "A blank body",
    b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>": "A gateway's page",
    b"Internal Server Error": "A plain error text",
    b"None": "Python's None",
    b"\xff\xfe": "A byte order mark of UTF-16 alone",
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00": "The beginning of a compressed body",
    b"{": "An opening brace",
}
"""Bodies that are not JSON, and what each is called at the beginning of a sentence."""
