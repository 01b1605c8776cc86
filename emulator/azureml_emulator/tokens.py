"""An approximate tokenizer: pieces of a few characters, good enough for usage figures and for streaming.

No model's real vocabulary is shipped, so counts are approximate (about four characters of English a token),
but they are consistent: the same text always counts the same, and a streamed answer has as many pieces as its
`completion_tokens`.
"""

import re

_PIECE = re.compile(r"\s*\S{1,5}|\s+")


def split(text: str) -> list[str]:
    """Cut a text into its tokens; joined, they are the text again."""
    return _PIECE.findall(text)


def count(text: str) -> int:
    """Count the tokens of a text."""
    return len(_PIECE.findall(text))


def head(text: str, limit: int) -> str:
    """Keep the first `limit` tokens of a text."""
    return "".join(split(text)[: max(limit, 0)])
