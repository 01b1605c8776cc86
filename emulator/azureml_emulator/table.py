"""What the command line shows: tables, and curl lines to copy."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


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


def _key(row: Mapping[str, Any]) -> str:
    return row["key"] or f"a token: azureml-emulator token {row['name']}"


def curl(url: str, key: str, example: Any) -> str:
    """Write a request as a curl line."""
    body = json.dumps(example, ensure_ascii=False)
    return (
        f"curl {url} -H {shlex.quote(f'Authorization: Bearer {key}')} "
        f"-H 'Content-Type: application/json' -d {shlex.quote(body)}"
    )
