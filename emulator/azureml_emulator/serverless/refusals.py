"""What is wrong with a request beyond the form of its fields, in the words of a web server's refusal."""

from typing import Any

from azureml_emulator.errors import WrongShape


def refusal(problem: str, found: Any, *place: str | int) -> WrongShape:
    """Refuse the value at a place of the body."""
    details = [{"type": "value_error", "loc": ["body", *place], "msg": f"Value error, {problem}", "input": found}]
    return WrongShape(f"{'.'.join(map(str, place))}: {problem}", details)


def unusable_schema(error: ValueError, *place: str | int) -> WrongShape:
    """Refuse a JSON Schema that cannot be followed: 422; what Azure says of one is not known (unverified)."""
    return refusal(f"Invalid schema: {error}", None, *place)
