"""Taking a secret out of whatever an endpoint may have echoed it into."""

from typing import Any

CUT = "…"
"""What stands at the end of a text that was cut."""

_MASK = "***"


def without(value: Any, secret: str) -> Any:
    """Return a text, or a dict with its texts, with `secret` masked; anything else as it is."""
    if isinstance(value, str):
        return _masked(value, secret)
    if isinstance(value, dict):
        return {without(name, secret): without(each, secret) for name, each in value.items()}
    return value


def _masked(text: str, secret: str) -> str:
    """Mask the secret, and its beginning of four characters or more where the text was cut in the midst of it."""
    text = text.replace(secret, _MASK)
    if CUT in text:
        for length in range(len(secret) - 1, 3, -1):
            text = text.replace(secret[:length] + CUT, _MASK + CUT)
    return text
