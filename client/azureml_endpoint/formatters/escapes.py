"""How langchain-community escapes a prompt before json.dumps escapes it again (measured on 0.4.2)."""

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def escape(text: str) -> str:
    """Return `text` with backslash, quote and five control characters as two characters each."""
    return text.translate(_ESCAPES)
