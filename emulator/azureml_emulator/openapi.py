"""What a container does, as a value, and as the OpenAPI document that its web server hands out."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Operation(NamedTuple):
    """One thing that a container does: what is posted to any of `paths`, and what comes back.

    `request` and `response` are pydantic types, `example` is a request, `task` the type of model that does it.
    """

    name: str
    about: str
    paths: tuple[str, ...]
    request: Any
    response: Any
    example: Mapping[str, Any]
    streams: bool = False
    task: str = ""


class Service(NamedTuple):
    """What the pages of a web server tell about: the model's name, and all that its container does."""

    model: str
    operations: tuple[Operation, ...]
