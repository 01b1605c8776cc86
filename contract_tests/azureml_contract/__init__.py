"""Prove that a content formatter, or a client, speaks the wire schema of an Azure ML endpoint.

In a test, subclass `FormatterContract` or `ClientContract`; on a command line, `azureml-contract check`.
"""

from typing import Any

__all__ = ["ClientContract", "FormatterContract"]

_HOMES = {"ClientContract": "pytest_contract", "FormatterContract": "pytest_contract"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
