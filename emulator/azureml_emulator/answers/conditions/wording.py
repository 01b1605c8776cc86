"""Conditions on texts: what the prompt says, and what the system messages do."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass
from pydantic_core import SchemaError, SchemaValidator, core_schema

from azureml_emulator.answers.ask import SECRET, Ask
from azureml_emulator.answers.conditions.condition import Condition, Miss
from azureml_emulator.answers.template import system_of
from azureml_emulator.difference import parted, short

STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)

_SEARCHED = 1 << 20
"""Characters of a text in which a pattern is looked for."""

_LIKENED = 2000
"""Characters of a text that count for how near a condition it is."""

_SAMPLES = 30


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> SchemaValidator:
    """Make a pattern a search whose time grows with the text's length alone, whoever wrote pattern and text."""
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))


def _pattern(pattern: str) -> str:
    try:
        _compiled(pattern)
    except (SchemaError, UnicodeEncodeError) as error:
        reason = str(error).rpartition("error: ")[2] or str(error)
        raise ValueError(f"expected a pattern of the linear-time kind (Rust's): {reason}") from None
    return pattern


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Pieces = Annotated[tuple[str, ...], BeforeValidator(_several)]


_REGEX = Field(
    description="A pattern found in it. Matched in linear time, it has no look-around, no back-references."
)


@dataclass(frozen=True, config=STRICT)
class Text:
    """What a text must be like. All that is said must be true of it."""

    equals: Annotated[str | None, Field(description="The whole text.")] = None
    contains: Annotated[Pieces, Field(description="What stands in it, one text or several.")] = ()
    regex: Annotated[Annotated[str, AfterValidator(_pattern)] | None, _REGEX] = None
    ignore_case: Annotated[bool, Field(description="Whether upper and lower case are the same.")] = False

    def __post_init__(self) -> None:
        if self.equals is None and self.regex is None and not self.contains:
            raise ValueError("expected one of equals, contains, regex")
        checks = tuple(self._checks())
        check = checks[0] if len(checks) == 1 else partial(_all, checks)
        object.__setattr__(self, "_fit", partial(_folded, check) if self.ignore_case else check)

    def fits(self, text: str) -> bool:
        """Say whether a text is so."""
        fit: Callable[[str], bool] = self._fit  # type: ignore[attr-defined]
        return fit(text)

    def _checks(self) -> Iterator[Callable[[str], bool]]:
        if self.equals is not None:
            yield self._cased(self.equals).__eq__
        for one in self.contains:
            yield partial(_holds, self._cased(one))
        if self.regex is not None:
            search = _compiled(f"(?i){self.regex}" if self.ignore_case else self.regex)
            yield partial(_found, search.isinstance_python)

    def differs(self, text: str) -> Miss:
        """Say how a text is not so."""
        told, got = self._cased(text), short(text[:100])
        if self.equals is not None and told != self._cased(self.equals):
            wanted = self._cased(self.equals)
            return Miss((_far(wanted, told) + _far(told, wanted)) / 2, parted(self.equals, text))
        missing = [one for one in self.contains if self._cased(one) not in told]
        if missing:
            expected = ", ".join(map(short, missing))
            return Miss(_far(self._cased(missing[0]), told), f"expected {expected} in it, got {got}")
        return Miss(0.8, f"expected {short(self.regex)} to be found, got {got}")

    def _cased(self, text: str) -> str:
        return text.casefold() if self.ignore_case else text


def _far(wanted: str, text: str) -> float:
    """Say how far a text is from having another in it, by samples of three letters: this is asked of each rule."""
    text, last = text[:_LIKENED], max(len(wanted) - 3, 0)
    samples = [wanted[at : at + 3] for at in range(0, last + 1, last // _SAMPLES + 1)]
    return 1 - 0.9 * sum(sample in text for sample in samples) / len(samples)


def _all(checks: Iterable[Callable[[str], bool]], text: str) -> bool:
    return all(check(text) for check in checks)


def _folded(check: Callable[[str], bool], text: str) -> bool:
    return check(text.casefold())


def _holds(piece: str, text: str) -> bool:
    return piece in text


def _found(search: Callable[[str], bool], text: str) -> bool:
    """Half a surrogate pair is no text for the search; a question mark stands for it."""
    text = text[:_SEARCHED]
    return search(text) or (not text.isascii() and search(text.encode(errors="replace").decode()))


@dataclass(frozen=True, config=STRICT)
class Prompt(Text, Condition):
    """The prompt `equals` a text, `contains` one or several, or a `regex` is found in it; for chat, the last message.

    Written short, `prompt: hello` is the whole prompt.
    """

    example = MappingProxyType({"contains": "weather"})

    def holds(self, ask: Ask, number: int | None = None) -> bool:
        return self.fits(ask.prompt.text)

    def miss(self, ask: Ask, number: int | None = None) -> Miss:
        far, words = self.differs(ask.prompt.text)
        return Miss(far, f"prompt: {words}")


@dataclass(frozen=True, config=STRICT)
class System(Text, Condition):
    """What the system messages of a conversation say, a line for each, is as for `prompt`; without any: nothing."""

    example = MappingProxyType({"contains": "helpful"})

    def holds(self, ask: Ask, number: int | None = None) -> bool:
        return self.fits(system_of(ask.prompt))

    def miss(self, ask: Ask, number: int | None = None) -> Miss:
        far, words = self.differs(system_of(ask.prompt))
        return Miss(far, f"system: {words}")


def _as_text(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("expected a text; put it in quotes")
    return {"equals": value} if isinstance(value, str) else value


Wanted = Annotated[Text, BeforeValidator(_as_text)] | None


@dataclass(frozen=True, config=STRICT)
class Header(Condition):
    """Headers say what they should: each a text, or a mapping as for `prompt`; null for one that must not be there.

    `header: {x-team: otter}`. What headers with keys say is never shown.
    """

    example = MappingProxyType({"x-team": "otter"})

    values: dict[str, Wanted]
    """Texts by the header's name, in any case."""

    @classmethod
    def written_short(cls, value: Any) -> Any:
        return {"values": value}

    def __post_init__(self) -> None:
        object.__setattr__(self, "_wanted", tuple((name.lower(), one) for name, one in self.values.items()))

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(name.lower() for name in self.values)

    def holds(self, ask: Ask, number: int | None = None) -> bool:
        headers = ask.occasion.headers
        for name, wanted in self._wanted:  # type: ignore[attr-defined]  # noqa: SIM110  a generator takes twice as long
            if not _suits(wanted, headers.get(name)):
                return False
        return True

    def miss(self, ask: Ask, number: int | None = None) -> Miss:
        headers = ask.occasion.headers
        misses = [
            _header_miss(name, wanted, headers.get(name))
            for name, wanted in self._wanted  # type: ignore[attr-defined]
            if not _suits(wanted, headers.get(name))
        ]
        return Miss(sum(one.far for one in misses) / len(self.values), "; ".join(one.words for one in misses))


def _suits(wanted: Text | None, got: str | None) -> bool:
    return got is None if wanted is None else got is not None and wanted.fits(got)


def _header_miss(name: str, wanted: Text | None, got: str | None) -> Miss:
    if got is None or wanted is None:
        return Miss(1.0, f"header {name}: it was {'not ' if got is None else ''}sent")
    far, words = wanted.differs(got)
    return Miss(far, f"header {name}: " + ("it says something else" if name in SECRET else words))
