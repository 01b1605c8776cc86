"""A JSON value for a JSON Schema: plausible, valid, and always the same for the same draw."""

from collections.abc import Mapping, Sequence
from typing import Any

from azureml_emulator.draw import Draw
from azureml_emulator.json_sample.sampler import Sampler


def sample(schema: Mapping[str, Any], draw: Draw, hints: Sequence[Any] = ()) -> Any:
    """Give a value that is valid under a JSON Schema.

    `hints` are values, or texts to look through for numbers, quoted words, names and words of an enum: those that
    are valid somewhere are used there, each once, in their order. Next come `default` and `examples`, then what is
    drawn. Raises `ValueError` naming the place for a schema that is none, that nothing satisfies, or that asks for
    what is not supported: references into other documents, patterns with look-around, more than 30 levels.
    """
    return Sampler(schema, hints).value(schema, draw)
