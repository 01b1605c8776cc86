"""What an answer says beside its text, under the names that LangChain's callbacks look for."""

from collections.abc import Iterable, Mapping
from typing import Any

_NAMES = {"usage": "token_usage", "model": "model_name"}


def renamed(info: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return an answer's information with `token_usage` and `model_name` for OpenAI's `usage` and `model`."""
    return {_NAMES.get(name, name): value for name, value in (info or {}).items()}


def summed(infos: Iterable[Mapping[str, Any] | None]) -> dict[str, Any]:
    """Return the `llm_output` of several answers: their tokens added up, and the model's name."""
    tokens: dict[str, int] = {}
    output: dict[str, Any] = {}
    for info in infos:
        if not info:
            continue
        usage = info.get("token_usage")
        for name, count in usage.items() if isinstance(usage, dict) else ():
            if isinstance(count, int):
                tokens[name] = tokens.get(name, 0) + count
        if info.get("model_name"):
            output["model_name"] = info["model_name"]
    return {"token_usage": tokens, **output} if tokens else output
