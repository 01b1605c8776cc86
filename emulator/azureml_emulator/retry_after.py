"""How a refusal says when to come again: in seconds, as a date, in milliseconds, not at all, or oddly."""

from abc import abstractmethod
from dataclasses import dataclass as plain
from email.utils import formatdate
from math import ceil
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.dataclasses import dataclass

from azureml_emulator.variant import Variant
from azureml_emulator.wire import Headers

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)

_Offset = Annotated[float, Field(ge=-1e9, le=1e9)]


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


@plain(frozen=True, kw_only=True)
class RetryAfter(Variant):
    """Tells a caller when to come again. A number stands for `seconds` that says so many."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "number"},)
    short_words: ClassVar[str] = "a number of seconds, or "

    after_s: Annotated[
        _Offset | None, Field(description="Says so many seconds, below 0 too, in place of those that are left.")
    ] = None

    def headers(self, seconds: float, at: float) -> Headers:
        """Give the headers of a refusal at `at`, in Unix seconds, that is over `seconds` later.

        Numbers are rounded up, so that nobody who believes them comes too early.
        """
        return self.told(seconds if self.after_s is None else self.after_s, at)

    @abstractmethod
    def told(self, seconds: float, at: float) -> Headers:
        """Say that it is over so many seconds after `at`."""

    @classmethod
    def spelled_out(cls, value: Any) -> Any:
        """Take a number for so many seconds."""
        return {"type": "seconds", "after_s": value} if isinstance(value, int | float) else value


@dataclass(frozen=True, config=_STRICT)
class Seconds(RetryAfter):
    """`retry-after` in whole seconds: what Azure's services send (reported, icereed/paperless-gpt#814)."""

    def told(self, seconds: float, at: float) -> Headers:
        return (("retry-after", str(ceil(seconds))),)


@dataclass(frozen=True, config=_STRICT)
class Date(RetryAfter):
    """`retry-after` as a date: the other form of RFC 9110; of Azure it is not reported."""

    def told(self, seconds: float, at: float) -> Headers:
        return (("retry-after", formatdate(max(0, ceil(at + seconds)), usegmt=True)),)


@dataclass(frozen=True, config=_STRICT)
class Milliseconds(RetryAfter):
    """`retry-after-ms` alone, documented for provisioned throughput; who knows only seconds misses it."""

    def told(self, seconds: float, at: float) -> Headers:
        return (("retry-after-ms", str(ceil(round(seconds * 1000, 6)))),)


@dataclass(frozen=True, config=_STRICT)
class Both(RetryAfter):
    """`retry-after` in seconds and `retry-after-ms` (both were seen, Azure/azure-openai-benchmark#31 and #48)."""

    def told(self, seconds: float, at: float) -> Headers:
        return Seconds().told(seconds, at) + Milliseconds().told(seconds, at)


@dataclass(frozen=True, config=_STRICT)
class Absent(RetryAfter):
    """Nothing at all, as Azure was seen to do (reported, openai/openai-python#937, openai/openai-dotnet#838)."""

    def told(self, seconds: float, at: float) -> Headers:
        return ()


@dataclass(frozen=True, config=_STRICT)
class Odd(RetryAfter):
    """The very text of `value`: `-1`, `0`, nothing, words, a date that cannot be."""

    example = MappingProxyType({"value": "-1"})

    value: Annotated[str, BeforeValidator(_as_text), StringConstraints(pattern=r"^[ -~]*$")] = Field(
        default="-1", description="What the header says; printable ASCII."
    )
    header: Literal["retry-after", "retry-after-ms"] = Field(
        default="retry-after", description="The header that says it."
    )

    def told(self, seconds: float, at: float) -> Headers:
        return ((self.header, self.value),)
