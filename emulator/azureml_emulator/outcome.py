"""What can come of a request where a configuration says so: an answer, or a fault that spoils one."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from azureml_emulator.variant import Variant, wanted_of


class Outcome(Variant):
    """An answer source or a fault.

    Written short, its name stands before the one setting that it cannot do without, or else the first of its own:
    `{fixed: Paris.}` is `{type: fixed, text: Paris.}`. Other settings may stand beside that.
    """

    @classmethod
    def spelled_out(cls, value: Any) -> Any:
        """Write the short form in long."""
        if not isinstance(value, Mapping) or "type" in value:
            return value
        named = [name for name in value if name in cls.members()]
        setting = _main_setting(cls.members()[named[0]]) if len(named) == 1 else ""
        if not setting:
            return value
        rest = {name: one for name, one in value.items() if name != named[0]}
        return {"type": named[0], setting: value[named[0]], **rest}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        described = super().__get_pydantic_json_schema__(schema, handler)
        if "_members" in vars(cls):
            named = [{"required": [name]} for name, one in sorted(cls.members().items()) if _main_setting(one)]
            described["anyOf"].append({"type": "object", "not": {"required": ["type"]}, "anyOf": named})
        return described


def _main_setting(member: type) -> str:
    """Name the setting that may stand alone, or nothing."""
    wanted = wanted_of(member) or [one.name for one in fields(member) if not one.kw_only][:1]
    return wanted[0] if len(wanted) == 1 else ""
