"""Azure ML's model catalog: which wire shape a model speaks, told from its name.

The names are the shapes' own: `Schema.models` has a pattern for each, `*` standing for any characters, `?`
for any one. A pattern with a slash, `HuggingFace/*`, is for the models of that registry alone.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, NamedTuple

from azureml_emulator.api_type import API_TYPES, ApiType
from azureml_emulator.schema import Schema
from azureml_emulator.schemas import all_schemas
from azureml_emulator.spelling import nearest

_ASSET = re.compile(
    r"(?:.*/registries/(?P<registry>[^/]+))?.*/models/(?P<name>[^/]+)(?:/(?:versions|labels)/[^/]+)?/?"
)
_NAMED = re.compile(r"(?:azureml:)?(?P<name>[\w.-]+)(?:[:@][\w.-]+)?")


class Match(NamedTuple):
    """The shape of a model, the pattern that its name matches, and why, in a sentence."""

    schema: Schema[Any]
    pattern: str
    why: str


class Model(NamedTuple):
    """A model by the registry it is in ("" if nothing is said), and its name there."""

    registry: str
    name: str

    @classmethod
    def of(cls, reference: str) -> "Model":
        """Read what Azure's files call a model by.

        That is a catalog name, `azureml:NAME:VERSION`, `azureml:NAME@LABEL`, or an id such as
        `azureml://registries/REGISTRY/models/NAME/versions/VERSION` or one that starts with `/subscriptions/`.
        Raises `ValueError` for anything else.
        """
        found = _ASSET.fullmatch(reference) if "/" in reference else _NAMED.fullmatch(reference)
        if not found:
            raise ValueError(f"expected a model's name or asset id, not {reference!r}")
        return cls(found.groupdict().get("registry") or "", found["name"])

    @property
    def hugging_face(self) -> bool:
        """Whether it is from Hugging Face's registry, whose containers are not Microsoft's."""
        return self.registry.lower() == "huggingface"


def shape_of(model: str, api_type: ApiType | None = None) -> Match:
    """Give the shape that a model speaks on endpoints of a kind, or of any kind, dedicated ones first.

    Case does not matter; of several patterns the one that says most about the name is taken. Raises `ValueError` that
    names the nearest model, and what to do.
    """
    asked = Model.of(model)
    for kind in (api_type,) if api_type else API_TYPES.values():
        fitting = [one for one in _patterns(kind) if _fits(one[0], asked)]
        if fitting:
            pattern, schema = max(fitting, key=lambda one: _weight(one[0]))
            return Match(schema, pattern, _why(asked, pattern, schema))
    known = [pattern for kind in ((api_type,) if api_type else API_TYPES.values()) for pattern, _ in _patterns(kind)]
    where = f"{api_type} " if api_type else ""
    raise ValueError(
        f"no {where}shape is known for the model {asked.name!r}{nearest(asked.name, known)}; "
        "`azureml-emulator schemas` lists all shapes"
    )


def families() -> Iterator[tuple[Schema[Any], tuple[str, ...]]]:
    """Give each shape that models are known for, and their patterns."""
    return ((schema, schema.models) for schema in all_schemas().values() if schema.models)


@cache
def _patterns(kind: ApiType) -> tuple[tuple[str, Schema[Any]], ...]:
    return tuple((pattern, schema) for schema, models in families() if schema.api_type is kind for pattern in models)


def _fits(pattern: str, model: Model) -> bool:
    name = f"{model.registry}/{model.name}" if "/" in pattern else model.name
    return fnmatchcase(name.lower(), pattern.lower())


def _weight(pattern: str) -> tuple[bool, int]:
    """Say how much a pattern says: of a registry, and in letters."""
    return "/" in pattern, len(re.sub(r"[*?]", "", pattern))


def _why(model: Model, pattern: str, schema: Schema[Any]) -> str:
    why = f"{model.name} is one of {pattern!r}, models of the shape {schema.name!r} ({schema.about})"
    if model.hugging_face and "/" not in pattern:
        why += "; unverified that Hugging Face's registry speaks as Microsoft's"
    return why
