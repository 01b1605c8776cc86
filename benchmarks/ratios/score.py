"""What Microsoft's inference server runs: an answer that is always the same."""

from typing import Any

from ratios.data import GPT2_ANSWER


def init() -> None:
    """Nothing to load."""


def run(body: str) -> Any:
    """Answer; what is returned is written as JSON."""
    return GPT2_ANSWER
