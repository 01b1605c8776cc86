"""Families of exchangeable parts: answer sources, latency models, faults, conditions.

A member is one frozen pydantic dataclass. Its class name in snake case is its name in a configuration file,
its fields are its settings, its docstring is its documentation; a subclass is known as soon as it exists.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from azureml_emulator.attribute_docs import Described
from azureml_emulator.spelling import nearest

_MARK = "="
"""Stands in the name of a level that the validator has and the file has not: `Latency=constant`."""


class Variant:
    """The root of a family is a direct subclass; the classes below it are the members.

    A class in between that says `family=True` is no member, but the root of a family of its own, whose members belong
    to both. Members may have members as their settings, as deep as one likes.
    """

    kind: ClassVar[str]
    example: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """Settings that a person may copy; those that a member cannot do without are among them."""
    _members: ClassVar[dict[str, type["Variant"]]]
    _in_work: ClassVar[set[str]] = set()

    def __init_subclass__(cls, family: bool = False, **options: Any) -> None:
        super().__init_subclass__(**options)
        if family or Variant in cls.__bases__:
            cls._members = {}
            _FAMILIES[cls.__name__] = cls
            return
        cls.kind = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        for members in (vars(one)["_members"] for one in cls.__mro__ if "_members" in vars(one)):
            known = members.setdefault(cls.kind, cls)
            if known.__qualname__ != cls.__qualname__:
                raise TypeError(f"{cls.kind!r} is taken by {known.__qualname__}")
            members[cls.kind] = cls

    @classmethod
    def members(cls) -> Mapping[str, type[Self]]:
        """Give all members of this family by their names in configuration."""
        return MappingProxyType(cls._members)  # type: ignore[arg-type]

    @classmethod
    def example_setting(cls) -> dict[str, Any]:
        """Give a member's example as it stands in a configuration file."""
        return {"type": cls.kind, **cls.example}

    @classmethod
    def of(cls, value: Any) -> Self:
        """Make a member from its name, or from a mapping with its name as `type` and its settings.

        Raises pydantic's `ValidationError`, which names what is known and each wrong setting.
        """
        return TypeAdapter(cls).validate_python(value)

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ()
    """JSON Schemas of what `spelled_out` takes."""
    short_words: ClassVar[str] = ""
    """What that is called where something else is refused, with an `or` behind it."""

    @classmethod
    def spelled_out(cls, value: Any) -> Any:
        """Give a short way of writing a member in long; a family that has one overrides this."""
        return value

    @classmethod
    def _tagged(cls, value: Any) -> dict[str, Any]:
        value = cls.spelled_out(value)
        settings = {"type": value} if isinstance(value, str) else value
        found = {"short": cls.short_words, "known": ", ".join(sorted(cls._members))}
        if not isinstance(settings, Mapping) or not isinstance(settings.get("type"), str):
            raise PydanticCustomError("variant", "expected {short}one of {known}, or a mapping with a 'type'", found)
        if settings["type"] not in cls._members:
            found["guess"] = nearest(settings["type"], cls._members)
            raise PydanticCustomError("variant", "expected {short}one of {known}{guess}", found)
        return dict(settings)

    @classmethod
    def _choice(cls, name: str) -> str:
        return f"{cls.__name__}{_MARK}{name}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if "_members" not in vars(cls):
            return handler(source)
        ref = f"{cls.__module__}.{cls.__qualname__}:{id(cls)}"
        if ref in Variant._in_work:
            return core_schema.definition_reference_schema(ref)
        Variant._in_work.add(ref)
        try:
            choices: dict[Any, CoreSchema] = {
                cls._choice(name): core_schema.no_info_before_validator_function(
                    _untagged, handler.generate_schema(member)
                )
                for name, member in cls._members.items()
            }
        finally:
            Variant._in_work.remove(ref)
        return core_schema.no_info_wrap_validator_function(
            lambda value, proceed: value if isinstance(value, cls) else proceed(cls._tagged(value)),
            core_schema.tagged_union_schema(choices, discriminator=lambda settings: cls._choice(settings["type"])),
            ref=ref,
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        if "_members" not in vars(cls):
            form = handler(schema)
            _tell_type(cls.kind, handler.resolve_ref_schema(form))
            return form
        choices = schema["schema"]["choices"]
        forms: list[dict[str, Any]] = list(cls.short_forms)
        for name, member in sorted(cls._members.items()):
            forms += [] if wanted_of(member) else [{"const": name}]  # then its bare name will do
            forms.append(handler(choices[cls._choice(name)]))
        return {"anyOf": forms}


_FAMILIES: dict[str, type[Variant]] = {}


def _untagged(settings: Any) -> Any:
    return (
        {name: value for name, value in settings.items() if name != "type"}
        if isinstance(settings, dict)
        else settings
    )


def _tell_type(name: str, settings: dict[str, Any]) -> None:
    """Describe the mapping that a file has, its `type` included."""
    settings["properties"] = {"type": {"const": name}, **settings.get("properties", {})}
    settings["required"] = ["type", *(one for one in settings.get("required", []) if one != "type")]
    settings["additionalProperties"] = False


def member_at(step: str | int) -> type[Variant] | None:
    """Give the member that a level of the validator's stands for, or None if it is one of the file's own."""
    family, mark, name = str(step).partition(_MARK)
    return _FAMILIES[family].members().get(name) if mark and family in _FAMILIES else None


def settings_of(member: type) -> list[str]:
    """Name the settings of a member: its own, then those of its family."""
    return [one.name for one in sorted(fields(member), key=lambda one: bool(one.kw_only))]


def shared_of(family: type) -> list[str]:
    """Name the settings that all members of a family have."""
    return [one.name for one in fields(family)] if is_dataclass(family) else []


def wanted_of(member: type) -> list[str]:
    """Name the settings that a member cannot do without."""
    return [one.name for one in fields(member) if one.default is MISSING and one.default_factory is MISSING]


def explained(member: type) -> list[tuple[str, str, str]]:
    """Give name, default and meaning of each setting of a member; "" for a default that goes without saying."""
    form = TypeAdapter(member).json_schema(schema_generator=Described)
    if "$ref" in form:  # it can stand within itself
        form = form["$defs"][form["$ref"].rpartition("/")[2]]
    described = form["properties"]
    wanted = wanted_of(member)
    rows = []
    for name in settings_of(member):
        default = described[name].get("default")
        shown = "required" if name in wanted else "" if default in (None, [], {}, "") else json.dumps(default)
        rows.append((name, shown, described[name].get("description", "")))
    return rows
