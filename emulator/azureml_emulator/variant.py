"""Families of exchangeable parts: answer sources, latency models.

A member is one frozen pydantic dataclass. Its class name in snake case is its name in a configuration file,
its fields are its settings, its docstring is its documentation; a subclass is known as soon as it exists.
"""

import re
from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from azureml_emulator.spelling import nearest


class Variant:
    """The root of a family is a direct subclass; its own subclasses are the members."""

    kind: ClassVar[str]
    _members: ClassVar[dict[str, type["Variant"]]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if Variant in cls.__bases__:
            cls._members = {}
            return
        cls.kind = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        known = cls._members.get(cls.kind)
        if known is not None and known.__qualname__ != cls.__qualname__:
            raise TypeError(f"{cls.kind!r} is taken by {known.__qualname__}")
        cls._members[cls.kind] = cls

    @classmethod
    def members(cls) -> Mapping[str, type[Self]]:
        """Give all members of this family by their names in configuration."""
        return MappingProxyType(cls._members)  # type: ignore[arg-type]

    @classmethod
    def of(cls, value: Any) -> Self:
        """Make a member from its name, or from a mapping with its name as `type` and its settings.

        Raises pydantic's `ValidationError`, which names what is known and each wrong setting.
        """
        return TypeAdapter(cls).validate_python(value)

    @classmethod
    def _tagged(cls, value: Any) -> dict[str, Any]:
        settings = {"type": value} if isinstance(value, str) else value
        known = ", ".join(sorted(cls._members))
        if not isinstance(settings, Mapping) or not isinstance(settings.get("type"), str):
            raise PydanticCustomError(
                "variant", "expected one of {known}, or a mapping with a 'type'", {"known": known}
            )
        if settings["type"] not in cls._members:
            found = {"known": known, "guess": nearest(settings["type"], cls._members)}
            raise PydanticCustomError("variant", "expected one of {known}{guess}", found)
        return dict(settings)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if Variant not in cls.__bases__:
            return handler(source)
        members: dict[Any, Mapping[str, Any]] = {
            name: core_schema.no_info_before_validator_function(_untagged, handler.generate_schema(member))
            for name, member in cls._members.items()
        }
        return core_schema.no_info_wrap_validator_function(
            lambda value, proceed: value if isinstance(value, cls) else proceed(cls._tagged(value)),
            core_schema.tagged_union_schema(members, discriminator="type"),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        if Variant not in cls.__bases__:
            return handler(schema)
        return {"anyOf": [form for name, one in sorted(cls._members.items()) for form in _forms(name, one)]}


def _untagged(settings: Any) -> Any:
    return (
        {name: value for name, value in settings.items() if name != "type"}
        if isinstance(settings, dict)
        else settings
    )


def _forms(name: str, member: type) -> list[dict[str, Any]]:
    """Describe both ways of writing a member: its bare name if it needs no settings, and the mapping."""
    settings = TypeAdapter(member).json_schema()
    settings["properties"] = {"type": {"const": name}, **settings.get("properties", {})}
    settings["required"] = ["type", *settings.get("required", [])]
    settings["additionalProperties"] = False
    return [settings] if len(settings["required"]) > 1 else [{"const": name}, settings]


def settings_of(member: type) -> list[str]:
    """Name the settings of a member, in the order of its definition."""
    return [field.name for field in fields(member)]
