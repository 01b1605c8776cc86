"""Prove that a content formatter, or a client, speaks the wire schema of an Azure ML endpoint.

In a test, subclass `FormatterContract` or `ClientContract`; on a command line, `azureml-contract check`.
A wire schema of your own is a `Wire`; an `Example`, a request and its answer, draws one.
"""

from typing import Any

__all__ = ["ClientContract", "Example", "FormatterContract", "Wire"]

_HOMES = {
    "ClientContract": "pytest_contract",
    "Example": "example",
    "FormatterContract": "pytest_contract",
    "Wire": "wire",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
