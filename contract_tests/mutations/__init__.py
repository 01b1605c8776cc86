"""Ways to break the emulator on purpose, by theme, each with the tests that must notice; see `breaking.py`."""

from importlib import import_module
from pkgutil import iter_modules

from contract_tests.breaking import MUTATIONS

for _theme in iter_modules(__path__):
    if _theme.name != "__main__":
        import_module(f"{__name__}.{_theme.name}")

__all__ = ["MUTATIONS"]
