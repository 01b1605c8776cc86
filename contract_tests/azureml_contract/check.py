"""What a check is, and which there are: one function each, known as soon as its module stands in `checks/`."""

import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import cleandoc
from types import MappingProxyType
from typing import Any, Literal

from azureml_contract.extra import need_hypothesis

Subject = Literal["formatter", "client"]

FAMILIES: Mapping[str, str] = MappingProxyType(
    {"R": "requests", "M": "messages", "S": "responses", "T": "streams", "C": "client"}
)
"""What the checks of each letter are about."""


@dataclass(frozen=True)
class Check:
    """One statement about formatters, or about clients, that can be shown to be false.

    `id` is stable and never used again, `statement` is the statement, `explanation` says why it matters and how to
    mend it. `subject` says what it looks at; `chat` is whether it is about chat alone (True), about anything but chat
    (False), or both (None); `streams` whether it is about streams alone. `run` takes the subject, the wire and the
    search, and raises `Broken`.
    """

    id: str
    name: str
    statement: str
    explanation: str
    run: Callable[[Any, Any, Any], None]
    subject: Subject = "formatter"
    chat: bool | None = None
    streams: bool = False

    @property
    def family(self) -> str:
        """What it is about: requests, messages, responses, streams or the client."""
        return FAMILIES[self.id[0]]

    def suits(self, subject: Subject, wire: Any) -> bool:
        """Tell whether it can be asked of such a subject on a wire."""
        about = self.subject == subject and (self.chat is None or self.chat == wire.chat)
        return about and (wire.streams or not self.streams)


_ID = re.compile(r"[RMSTC]\d\d")
_known: dict[str, Check] = {}


def check(
    id: str,  # noqa: A002  that is what it is called
    name: str,
    subject: Subject = "formatter",
    chat: bool | None = None,
    streams: bool = False,
) -> Callable[[Callable[[Any, Any, Any], None]], Callable[[Any, Any, Any], None]]:
    """Make a function a check. The first paragraph of its docstring is the statement, the rest the explanation."""
    assert _ID.fullmatch(id), id

    def made(run: Callable[[Any, Any, Any], None]) -> Callable[[Any, Any, Any], None]:
        statement, _, explanation = cleandoc(run.__doc__ or "").partition("\n\n")
        if id in _known and _known[id].run.__qualname__ != run.__qualname__:
            raise TypeError(f"two checks are called {id}")
        _known[id] = Check(id, name, " ".join(statement.split()), explanation, run, subject, chat, streams)
        return run

    return made


@cache
def all_checks() -> Mapping[str, Check]:
    """Give every check by its id: requests, messages, responses, streams, client. Raises `MissingExtra`."""
    need_hypothesis()
    package = import_module("azureml_contract.checks")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)
    order = {letter: place for place, letter in enumerate(FAMILIES)}
    return MappingProxyType(dict(sorted(_known.items(), key=lambda item: (order[item[0][0]], item[0]))))
