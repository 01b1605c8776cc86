"""What a specimen is, and which there are."""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Specimen:
    """A formatter, or a client, that claims to speak a schema.

    `killer` is the check that must reject a broken one, "" for a correct one. `formatter` makes what a client is
    given; without it, the specimen is a formatter itself.
    """

    make: Callable[..., Any]
    schema: str
    killer: str = ""
    api_type: str = ""
    formatter: Callable[[], Any] | None = None

    @property
    def name(self) -> str:
        return self.make.__name__

    def __str__(self) -> str:
        return f"{self.killer or 'correct'}-{self.name}-{self.schema}"


_known: dict[tuple[str, str], Specimen] = {}


def _kept(specimen: Specimen) -> None:
    place = f"{specimen.make.__module__}.{specimen.name}", specimen.schema
    assert place not in _known, f"{specimen} is there twice"
    _known[place] = specimen


def broken(killer: str, schema: str = "gpt2", **more: Any) -> Callable[[Any], Any]:
    """Mark a class, or a function that makes one, as broken in the way that a check rejects."""

    def marked(make: Any) -> Any:
        _kept(Specimen(make, schema, killer, **more))
        return make

    return marked


def correct(*schemas: str, **more: Any) -> Callable[[Any], Any]:
    """Mark a class as correct, for each of some schemas."""

    def marked(make: Any) -> Any:
        for schema in schemas:
            _kept(Specimen(make, schema, **more))
        return make

    return marked


@cache
def specimens() -> tuple[Specimen, ...]:
    """Give them all."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if not module.name.startswith("test_"):
            import_module(f"{__package__}.{module.name}")
    return tuple(_known.values())
