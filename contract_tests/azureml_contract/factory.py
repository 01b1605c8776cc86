"""Where formatters and clients come from: `package.module:Name`, anything that can be called without arguments."""

import importlib
import pkgutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azureml_contract.usage import guess


class NotFound(Exception):
    """What a person named cannot be imported, or is nothing that makes anything; the text says why."""


@dataclass(frozen=True)
class Factory:
    """Makes a fresh formatter, or client, each time.

    `name` is what it is called on a report, `origin` the `module:attribute` by which another process can import it,
    `file` that module's file; both are empty where it cannot be imported.
    """

    make: Callable[..., Any]
    name: str
    origin: str = ""
    file: str = ""

    def __call__(self, *values: Any, **settings: Any) -> Any:
        return self.make(*values, **settings)


def load(name: str) -> Factory:
    """Import `module:attribute`, also from the current folder. Raises `NotFound` that says which half is wrong."""
    found, module = imported(name)
    if not callable(found):
        raise NotFound(f"{name}: expected a class or a function that makes one, found a {type(found).__name__}")
    return Factory(found, name, name, getattr(sys.modules[module], "__file__", None) or "")


def tried(factory: Factory) -> Factory:
    """Give a factory that makes something when it is called without arguments. Raises `NotFound` if it does not."""
    try:
        factory()
    except (Exception, SystemExit) as error:  # noqa: BLE001  a person's class may do anything
        raise NotFound(f"{factory.name} cannot be made without arguments: {_in_a_line(error)}") from None
    return factory


def imported(name: str) -> tuple[Any, str]:
    """Import whatever `module:attribute` is; give it, and its module's name. Raises `NotFound`."""
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise NotFound(f"expected module:Name, such as my_package.formatters:MyFormatter, not {name!r}")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and f"{module_name}.".startswith(f"{error.name}."):
            hint = guess(error.name, _beside(error.name))
            raise NotFound(f"{name}: there is no module {error.name!r}{hint}") from None
        raise NotFound(f"{name}: {module_name} needs {error.name!r}, which is not installed") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001  a module may do anything when it is imported
        raise NotFound(f"{name}: {module_name} cannot be imported: {_in_a_line(error)}") from None
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise NotFound(f"{name}: {module_name} has no {part!r}{guess(part, dir(found))}")
        found = getattr(found, part)
    return found, module_name


def _beside(name: str) -> list[str]:
    """Name the modules among which there is none of this name."""
    parent, _, _ = name.rpartition(".")
    paths = getattr(sys.modules.get(parent), "__path__", None)
    return [f"{parent}.{one.name}" if parent else one.name for one in pkgutil.iter_modules(paths)]


def _in_a_line(error: BaseException) -> str:
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said[:300]}" if said else type(error).__name__


def of(make: Callable[..., Any], name: str = "") -> Factory:
    """Make a factory of a class or a function, as it stands in a test."""
    module, attribute = getattr(make, "__module__", ""), getattr(make, "__qualname__", "")
    importable = module and attribute and "<" not in attribute and module != "__main__"
    origin = f"{module}:{attribute}" if importable else ""
    return Factory(make, name or origin or attribute or type(make).__name__, origin)
