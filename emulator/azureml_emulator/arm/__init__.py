"""Azure's control plane, as far as the SDK `azure-ai-ml` needs it: `client = ml_client(emulator)`.

`plane` is the whole of it, as values: a request in, a response out. Its rooms are the modules with `routes`; `estate`
is what they manage, `client` wires Microsoft's `MLClient` to an emulator. The server gives it a port of its own.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azureml_emulator.arm.client import ml_client

__all__ = ["ml_client"]


def __getattr__(name: str) -> Any:
    if name != "ml_client":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from azureml_emulator.arm.client import ml_client

    return ml_client
