"""Answers whose whole body is given: a JSON value, or what is in a file."""

import json
from types import MappingProxyType
from typing import Any

from pydantic import JsonValue
from pydantic.dataclasses import dataclass

from azureml_emulator.answers.ask import Ask
from azureml_emulator.answers.source import STRICT, UNSAID, DecidingSource, Decision
from azureml_emulator.files import FilePath, text_of
from azureml_emulator.schema import Answer


@dataclass(frozen=True, config=STRICT)
class Json(DecidingSource):
    """The response body is this JSON `value` as it stands, whatever the wire shape would write.

    It is one whole body, even if a stream or several answers are asked for.
    """

    example = MappingProxyType({"value": {"output": "Paris.", "score": 0.98}})

    value: JsonValue
    """Any JSON value."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_decision", _bodily(self.value))

    def decide(self, ask: Ask) -> Decision:
        decision: Decision = self._decision  # type: ignore[attr-defined]
        return decision


@dataclass(frozen=True, config=STRICT)
class File(DecidingSource):
    """The text in a file, without a line break at its end; if that is called `.json`, its value is the response body.

    It is read when the settings are: a file that changed is read again when the configuration is.
    """

    example = MappingProxyType({"path": "answer.json"})

    path: FilePath
    """Relative to the configuration file; without one, or in Python, to the current folder."""

    def __post_init__(self) -> None:
        text, value = text_of(self.path), UNSAID
        if self.path.lower().endswith(".json"):
            value = _parsed(text, self.path)
        content = _bodily(value) if value is not UNSAID else Decision(Answer(text.removesuffix("\n")))
        object.__setattr__(self, "_content", content)

    def __eq__(self, other: object) -> bool:
        """Say whether the file is the same, and what was in it."""
        return isinstance(other, File) and (self.path, self._content) == (other.path, other._content)  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash(self.path)

    def decide(self, ask: Ask) -> Decision:
        content: Decision = self._content  # type: ignore[attr-defined]
        return content


def _parsed(text: str, path: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}:{error.lineno}: not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: not JSON that can be read: {error}") from None


def _bodily(value: Any) -> Decision:
    return Decision(Answer(json.dumps(value, ensure_ascii=False)), body=value)
