"""Values as Azure's command reads them from YAML."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, StringConstraints

from azureml_emulator import setting_types
from azureml_emulator.spelling import in_words

STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True, defer_build=True)


def snake(text: Any) -> Any:
    """Write `AMLToken` as `aml_token`: the command takes Azure's own spelling, too (azure-ai-ml's code)."""
    if not isinstance(text, str):
        return text
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text).lower()


ANY_CASE = BeforeValidator(snake)


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _names(mapping: Any) -> Any:
    return {str(name): value for name, value in mapping.items()} if isinstance(mapping, Mapping) else mapping


EndpointName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{1,30}[A-Za-z0-9]$"),
    in_words("3 to 32 letters, digits and dashes, a letter first and no dash last"),
]
"""Azure's rule (documented; azure-ai-ml, read in code)."""

DeploymentName = Annotated[setting_types.DeploymentName, BeforeValidator(_text)]

Text = Annotated[str, BeforeValidator(_text)]
"""A text, or a number that means one: `version: 1`."""

Anything = Annotated[dict[str, Any], BeforeValidator(_names)]
"""A mapping of whatever its owner puts there: tags, properties, environment variables."""

Flag = Annotated[Literal["enabled", "disabled"], ANY_CASE]
