"""What the command line shows: tables, and curl lines to copy."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Set rows of cells in columns, the first row being the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def endpoints(url: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Show the hosted endpoints, and one curl line for each api type among them."""
    head = ("NAME", "API TYPE", "SCHEMA", "URL", "KEY")
    shown = columns([head, *((row["name"], row["api_type"], row["schema"], row["url"], _key(row)) for row in rows)])
    first = {row["api_type"]: row for row in reversed(rows) if row["key"]}
    lines = [curl(row["url"], row["key"], row["example"]) for row in reversed(first.values())]
    prefix = f"All of them also live on {url}, by path (/NAME/...) and by Host name (NAME.localhost)."
    return "\n".join([shown, "", prefix, "", *lines, ""])


def _key(row: Mapping[str, Any]) -> str:
    return row["key"] or f"a token: azureml-emulator token {row['name']}"


def curl(url: str, key: str, example: Any) -> str:
    """Write a request as a curl line."""
    body = json.dumps(example, ensure_ascii=False)
    return (
        f"curl {url} -H {shlex.quote(f'Authorization: Bearer {key}')} "
        f"-H 'Content-Type: application/json' -d {shlex.quote(body)}"
    )
