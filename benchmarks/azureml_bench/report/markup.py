"""HTML as values: what is not markup is escaped, wherever it is put."""

import json
from html import escape
from typing import Any


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(name: str, *content: str, **attributes: str | bool) -> Markup:
    """Write an element. A text within it is escaped unless it is `Markup`.

    Underscores in names of attributes become hyphens, and one at the end is left out: `class_`, `aria_label`.
    """
    return Markup(f"<{name}{''.join(map(_attribute, attributes.items()))}>{together(*content)}</{name}>")


def together(*content: str) -> Markup:
    """Put pieces behind each other."""
    return Markup("".join(one if isinstance(one, Markup) else escape(one) for one in content))


def _attribute(named: tuple[str, str | bool]) -> str:
    name, value = named
    written = name.rstrip("_").replace("_", "-")
    if isinstance(value, bool):
        return f" {written}" if value else ""
    return f' {written}="{escape(value)}"'


def data(value: Any) -> Markup:
    """Write JSON as it may stand in a script: nothing in it can end the script, or begin a comment."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))
