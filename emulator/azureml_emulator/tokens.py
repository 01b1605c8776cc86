"""An approximate tokenizer: pieces of a few characters, good enough for usage figures and for streaming.

No model's real vocabulary is shipped, so counts are approximate (about four characters of English a token),
but they are consistent: the same text always counts the same, and a streamed answer has as many pieces as its
`completion_tokens`.
"""

import re
from functools import lru_cache

_PIECE = re.compile(r"\s*\S{1,5}|\s+")
_SHORT = 4096
"""Characters of a text up to which its count is remembered."""


def split(text: str) -> list[str]:
    """Cut a text into its tokens; joined, they are the text again."""
    return _PIECE.findall(text)


def count(text: str) -> int:
    """Count the tokens of a text."""
    return _counted(text) if len(text) <= _SHORT else len(_PIECE.findall(text))


@lru_cache(maxsize=1024)
def _counted(text: str) -> int:
    return len(_PIECE.findall(text))


def head(text: str, limit: int) -> str:
    """Keep the first `limit` tokens of a text."""
    return "".join(split(text)[: max(limit, 0)])
