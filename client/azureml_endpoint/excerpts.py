"""What an error keeps and shows of a body, whatever came in an answer's place."""

import re

from azureml_endpoint.masks import CUT

KEPT_BODY = 4000
"""Characters of an answer's body that an error keeps."""

SHOWN_BODY = 600
"""Characters of an answer's body that an error's text shows."""


def excerpt(body: bytes | bytearray | str, limit: int = KEPT_BODY) -> str:
    """Return at most `limit` characters of a body, whatever bytes it is made of."""
    text = body if isinstance(body, str) else bytes(body[: 4 * limit + 4]).decode("utf-8", "replace")
    return text if len(text) <= limit else f"{text[:limit]}{CUT}"


def title_of_page(body: bytes | bytearray | str) -> str | None:
    """Return the title of a page in HTML, which a gateway may send in an answer's place; None if it is none."""
    text = excerpt(body).lstrip("\ufeff \t\r\n")
    if not text[:15].lower().startswith(("<!doctype html", "<html")):
        return None
    found = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def shown(body: bytes | bytearray | str) -> str:
    """Return what an error's text shows of a body."""
    text, title = excerpt(body, SHOWN_BODY), title_of_page(body)
    if title is None:
        return text or "(nothing)"
    named = f" with the title {title!r}" if title else ""
    return f"a page in HTML{named}, so not the model but something in front of it answered: {text}"
