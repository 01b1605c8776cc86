"""Finds the client that somebody named, and makes it: one that is known, a factory, or an endpoint class."""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from azureml_bench import clients
from azureml_bench.endpoint_class import called, is_endpoint_class
from azureml_bench.overhead.theirs import NotMade, not_made, theirs
from azureml_bench.wire import Wire

Made = Callable[[str], Any]
"""A client: it takes a prompt, and gives a text, pieces of one, or what can be awaited and gives one of these."""


def factory(name: str, formatter: str = "") -> Callable[[str, str, Wire], Any]:
    """Give what makes a client of `url, key, wire`. Raises `NotMade`."""
    if ":" not in name:
        return _known(name)
    made = imported(name)
    if not callable(made):
        raise NotMade(f"expected a class or a function that makes a client, found a {type(made).__name__}")
    if is_endpoint_class(made):
        written = imported(formatter) if formatter else None
        return lambda url, key, wire: called(made, written, url, key, wire)
    return lambda url, key, _: made(url, key)


def _known(name: str) -> Callable[[str, str, Wire], Any]:
    module = clients.module(name)
    if module is None:
        raise NotMade(f"expected MODULE:FACTORY or one of {', '.join(clients.names())}")
    needs: str = module.NEEDS
    make: Callable[[str, str, Wire], Any] = module.factory

    def made(url: str, key: str, wire: Wire) -> Any:
        try:
            return make(url, key, wire)
        except ModuleNotFoundError as error:
            raise NotMade(f"needs {error.name}, which is not installed there: pip install {needs}") from None

    return made


def imported(name: str) -> Any:
    """Import `module:attribute`, also from the current folder. Raises `NotMade`."""
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise NotMade(f"expected MODULE:NAME, not {name!r}")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        with theirs(not_made(f"{module_name} cannot be imported"), ModuleNotFoundError):
            found: Any = import_module(module_name)
    except ModuleNotFoundError as error:
        raise NotMade(f"there is no module {error.name!r}") from None
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise NotMade(f"{module_name} has no {part!r}")
        found = getattr(found, part)
    return found
