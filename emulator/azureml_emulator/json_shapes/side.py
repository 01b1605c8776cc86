"""One side of a shape of one's own, request or response: a JSON Schema, an example, or both."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationError, WithJsonSchema

from azureml_emulator.draw import Draw
from azureml_emulator.errors import ConfigError
from azureml_emulator.json_sample import sample
from azureml_emulator.json_shapes.description import described
from azureml_emulator.json_shapes.judge import Judge, refers
from azureml_emulator.schema import wrong_shape


class Side:
    """A request or a response: what is valid, and an example.

    `given` tells whether the example was given; if not, it is made up. Raises `ValueError`.
    """

    def __init__(self, name: str, schema: Any, example: Any) -> None:
        if schema is None and example is None:
            raise ValueError(f"expected {name!r}, a JSON Schema, or {name + '_example'!r}")
        example = _loaded(f"{name}_example", example)
        self.given = example is not None
        self.schema = described(example) if schema is None else _loaded(name, schema)
        try:
            self.judge = Judge(self.schema)
            self.example = example if self.given else sample(self.schema, Draw.of(b"example"))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        try:
            self.judge.checked(self.example)
        except ValidationError as error:
            raise ValueError(f"{name}_example: not valid under {name!r}: {wrong_shape(error).message}") from None

    @property
    def type(self) -> Any:
        """The pydantic type: whatever is valid. Its description leaves out a schema with references in it."""
        shown = {name: self.schema[name] for name in ("type", "title") if name in self.schema}
        return Annotated[
            Any,
            PlainValidator(self.judge.checked),
            WithJsonSchema(shown if refers(self.schema) else self.schema),
        ]


def _loaded(name: str, given: Any) -> Any:
    """Read a file if a text is given, which is its path from the working directory; give JSON's own types."""
    try:
        if isinstance(given, str):
            from azureml_emulator import yaml_source

            given = yaml_source.read(Path(given).read_text(encoding="utf-8"), given).document
        return json.loads(json.dumps(given))
    except OSError as error:
        raise ValueError(f"{name}: cannot read {given}: {error.strerror}") from None
    except (ConfigError, UnicodeDecodeError) as error:
        raise ValueError(f"{name}: {error}") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{name}: expected JSON: {error}") from None


Steps = tuple[str | int, ...]


def texts(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, str]]:
    """Give every text in a JSON value, and the steps that lead to it."""
    if isinstance(value, str):
        yield steps, value
    elif isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts(inner, (*steps, step))


def with_text(value: Any, steps: Steps, text: str) -> Any:
    """Copy a JSON value with another text in one place."""
    if not steps:
        return text
    first, *rest = steps
    changed: Any = dict(value) if isinstance(value, dict) else list(value)
    changed[first] = with_text(changed[first], tuple(rest), text)
    return changed
