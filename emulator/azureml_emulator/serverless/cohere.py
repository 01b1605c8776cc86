"""What Cohere's own routes have in common. Their bodies on Azure are documented for version 1 of chat and embed."""

from collections.abc import Mapping
from typing import Any

from azureml_emulator.schema import Answer, Fields, Framing, Scoring

FINISHED = {"stop": "COMPLETE", "length": "MAX_TOKENS", "content_filter": "ERROR_TOXIC", "tool_calls": "COMPLETE"}
"""Cohere's words for why an answer ended."""

EVENTS = Framing(b"data: ")
"""Version 2's events name their type inside (documented by Cohere; unverified that Azure sends no `event:` lines)."""
LINES = Framing(b"", b"\n")
"""Version 1 streams JSON, a line for each event (documented)."""

Json = Mapping[str, Any]


class Meta(Fields):
    """What the call is billed."""

    api_version: dict[str, str]
    billed_units: dict[str, int]


def meta(version: str, **billed: int) -> dict[str, Any]:
    """Write what the call is billed."""
    return {"api_version": {"version": version}, "billed_units": billed}


def finished(answer: Answer, version: str) -> str:
    """Say why an answer ended; version 2 has a word for calls of tools."""
    return "TOOL_CALL" if version == "2" and answer.calls else FINISHED[answer.finish_reason]


def counts(scoring: Scoring) -> dict[str, int]:
    """Count the tokens in and out."""
    usage = scoring.usage
    return {"input_tokens": usage["prompt_tokens"], "output_tokens": usage["completion_tokens"]}


class Body(Fields, extra="allow"):
    """Fields of every request."""

    model: str | None = None

    def parameters(self, *prompt: str) -> dict[str, Any]:
        """Everything that was sent but the prompt's own fields, the model's name and the wish to stream."""
        sent = self.model_dump(exclude_unset=True)
        return {name: value for name, value in sent.items() if name not in {*prompt, "model", "stream"}}
