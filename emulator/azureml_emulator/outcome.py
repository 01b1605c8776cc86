"""What can come of a request where a configuration says so: an answer, or a fault that spoils one."""

from collections.abc import Mapping
from typing import Any

from azureml_emulator.variant import Variant, wanted_of


class Outcome(Variant):
    """An answer source or a fault.

    Written short, its name stands before the one setting that it cannot do without: `{fixed: Paris.}` is
    `{type: fixed, text: Paris.}`; other settings may stand beside that.
    """

    @classmethod
    def spelled_out(cls, value: Any) -> Any:
        """Write the short form in long."""
        if not isinstance(value, Mapping) or "type" in value:
            return value
        named = [name for name in value if name in cls.members()]
        wanted = wanted_of(cls.members()[named[0]]) if len(named) == 1 else []
        if len(wanted) != 1:
            return value
        rest = {name: one for name, one in value.items() if name != named[0]}
        return {"type": named[0], wanted[0]: value[named[0]], **rest}
