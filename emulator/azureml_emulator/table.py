"""What the command line shows: tables, answers short enough to read, and curl lines to copy."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LONG_LIST = 8
"""Elements up to which a list is shown as a whole; of a longer one, the first 3 are."""
LONG_LIST_OF_LISTS = 2
"""The same for a list of objects or lists; of a longer one, the first is."""
LONG_WORD = 100
"""Characters up to which a word is shown as a whole, such as an image in base64."""
LONG_TEXT = 600
"""The same for a text of many words."""
_OVERLONG = re.compile(rf"\S{{{LONG_WORD + 1},}}")


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Set rows of cells in columns, the first row being the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def endpoints(url: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Show the hosted endpoints, and one curl line, the shortest, for each api type among them.

    What is the same for all of several is not repeated: one key stands below the table, and no column shows schemas
    that the endpoints are named after.
    """
    shown = {"NAME": [row["name"] for row in rows], "API TYPE": [row["api_type"] for row in rows]}
    if any(row["schema"] != row["name"] for row in rows):
        shown["SCHEMA"] = [row["schema"] for row in rows]
    shown["URL"] = [row["url"] for row in rows]
    keys = [_key(row) for row in rows]
    shared = f" Their key: {keys[0]}" if len(rows) > 1 and len(set(keys)) == 1 else ""
    if not shared:
        shown["KEY"] = keys
    table = columns([list(shown), *zip(*shown.values(), strict=True)])
    everywhere = f"All of them also live on {url}, by path (/NAME/...) and by Host name (NAME.localhost).{shared}"
    return "\n".join([table, "", everywhere, "", *_examples(rows), ""])


def _examples(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for kind in dict.fromkeys(row["api_type"] for row in rows):
        lines = [
            curl(row["url"], row["key"], row["example"]) for row in rows if row["api_type"] == kind and row["key"]
        ]
        if lines:
            yield min(lines, key=len)


def shortened(answer: Any) -> Any:
    """Cut long lists, such as vectors, long words, such as images in base64, and long texts, such as JSON within.

    Each says how much was left out.
    """
    if isinstance(answer, Mapping):
        return {key: shortened(value) for key, value in answer.items()}
    if isinstance(answer, list):
        nested = any(isinstance(one, dict | list) for one in answer)
        shown = (
            answer if len(answer) <= (LONG_LIST_OF_LISTS if nested else LONG_LIST) else answer[: 1 if nested else 3]
        )
        more = [f"... {len(answer) - len(shown)} more"] if len(shown) < len(answer) else []
        return [*map(shortened, shown), *more]
    if not isinstance(answer, str):
        return answer
    text = _OVERLONG.sub(_cut, answer)
    return text if len(text) <= LONG_TEXT else f"{text[:LONG_TEXT]}... {len(text) - LONG_TEXT} more characters"


def _cut(word: re.Match[str]) -> str:
    return f"{word[0][:40]}... {len(word[0]) - 40} more characters"


def _key(row: Mapping[str, Any]) -> str:
    return row["key"] or f"a token: azureml-emulator token {row['name']}"


def curl(url: str, key: str, example: Any) -> str:
    """Write a request as a curl line."""
    body = json.dumps(example, ensure_ascii=False)
    return (
        f"curl {url} -H {shlex.quote(f'Authorization: Bearer {key}')} "
        f"-H 'Content-Type: application/json' -d {shlex.quote(body)}"
    )
