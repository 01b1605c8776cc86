"""Tries where a failure is no breach: it says that there is nothing to look at, and another check says why."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from azureml_contract.broken import Broken, Raised, Refused
from azureml_contract.formatter import Formatter
from azureml_contract.wire import Asked, Wire


def body_or_none(formatter: Formatter, prompt: Any, parameters: Mapping[str, Any] | None = None) -> bytes | None:
    """Give the body that a formatter makes of a prompt, or None if it raises, or makes something else.

    It is given parameters of its own, so that it can spoil no others.
    """
    try:
        return formatter.body(prompt, deepcopy(parameters))
    except (Broken, Raised):
        return None


def asked_or_none(wire: Wire, body: bytes | None) -> Asked | None:
    """Give what a body asks, or None if there is no body, or an endpoint would refuse it."""
    try:
        return None if body is None else wire.asked(body)
    except Refused:
        return None


def json_or_none(body: bytes | None) -> Any:
    """Give a body's JSON value, or None if there is no body, or it is not JSON."""
    try:
        return None if body is None else json.loads(body)
    except (ValueError, RecursionError):
        return None
