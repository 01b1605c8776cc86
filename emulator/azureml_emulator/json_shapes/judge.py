"""The `jsonschema` library as judge: whether a value is valid, and if not, each violation by its path."""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from azureml_emulator.json_sample.rules import Schemas

_MOST = 20
_LONGEST = 300


class Judge:
    """Validates values under one JSON Schema, of any draft (2020-12 if it does not say). Nothing is ever fetched.

    Raises `ValueError` for a schema that is none, and if the library is not installed.
    """

    def __init__(self, schema: Any) -> None:
        try:
            from jsonschema import Draft202012Validator, SchemaError
            from jsonschema.validators import validator_for
            from jsonschema_specifications import REGISTRY
        except ImportError:
            raise ValueError("a shape of one's own needs jsonschema: pip install 'azureml-emulator[json]'") from None
        if not isinstance(schema, dict):
            raise ValueError(f"expected a JSON Schema, an object, not {schema!r:.60}")
        kind = validator_for(schema, default=Draft202012Validator)
        try:
            kind.check_schema(schema)
        except SchemaError as error:
            raise ValueError(f"no JSON Schema: {error.json_path}: {error.message:.{_LONGEST}}") from None
        for reference in _references(schema):
            if not reference.startswith("#"):
                raise ValueError(f"'$ref' to {reference!r}: only references within the same schema are followed")
            if reference == "#" or reference.startswith("#/"):
                Schemas(schema).target(reference)
        self._errors: Callable[[Any], Iterator[Any]] = kind(schema, registry=REGISTRY).iter_errors

    def valid(self, value: Any) -> bool:
        """Tell whether a value is valid."""
        try:
            return next(self._errors(value), None) is None
        except RecursionError:
            return False

    def checked(self, value: Any) -> Any:
        """Give a valid value back. Raises pydantic's `ValidationError`, with a line for each violation."""
        try:
            found = sorted(self._errors(value), key=lambda error: [str(step) for step in error.absolute_path])
        except RecursionError:
            wrong = [InitErrorDetails(type=PydanticCustomError("recursion", "nested too deep"), input=value)]
            raise ValidationError.from_exception_data("body", wrong) from None
        if found:
            raise ValidationError.from_exception_data("body", [_detail(error) for error in found[:_MOST]])
        return value


def _detail(error: Any) -> InitErrorDetails:
    message = PydanticCustomError(error.validator, "{reason}", {"reason": f"{error.message:.{_LONGEST}}"})
    return InitErrorDetails(type=message, loc=tuple(error.absolute_path), input=error.instance)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield reference
        schema = list(schema.values())
    if isinstance(schema, list):
        for one in schema:
            yield from _references(one)


def refers(schema: Any) -> bool:
    """Tell whether there is a reference anywhere in a schema."""
    return next(_references(schema), None) is not None
