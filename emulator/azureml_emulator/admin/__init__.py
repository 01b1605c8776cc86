"""The emulator's own routes, under `/_emulator/` on the main port: what is going on, and how to change it."""

from azureml_emulator.admin.descriptions import describe, redact
from azureml_emulator.admin.routes import Admin

__all__ = ["Admin", "describe", "redact"]
