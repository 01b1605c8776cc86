"""Where a wire's requests have their parameters, and which of them an endpoint takes as they are."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from azureml_contract.broken import Refused
from azureml_contract.difference import same
from azureml_contract.wire import Wire
from azureml_emulator.places import all_places, value_at, with_value

Put = Callable[[Any, Mapping[str, Any]], Any]
"""Gives a copy of a document with parameters in it."""

_PROBE = {"temperature": 0.5}
_NAMES = ("parameters", "params")


class Placement:
    """The place of a wire's parameters, found by trying: every body is made of the wire's own example.

    `added` is what an endpoint reads where none were sent.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.added = self._read_of_none()
        self._put = next((put for put in _puts(wire.example) if self._arrives(put, _PROBE)), None)

    def takes(self, parameters: Mapping[str, Any]) -> bool:
        """Tell whether an endpoint takes these parameters and reads them as they were sent, types included."""
        if not parameters:
            return True
        return self._put is not None and self._arrives(self._put, parameters)

    def _read_of_none(self) -> dict[str, Any]:
        names = set(self._wire.read(self._wire.example).parameters)
        try:
            return dict(self._wire.read(_lacking(self._wire.example, names)).parameters)
        except Refused:
            return {}

    def _arrives(self, put: Put, parameters: Mapping[str, Any]) -> bool:
        try:
            read = self._wire.read(put(self._wire.example, parameters)).parameters
        except Refused:
            return False
        return all(name in read and same(read[name], one) for name, one in parameters.items())


def _puts(example: Any) -> Iterator[Put]:
    """Give ways to put parameters: into any object there is, or into a new one in it."""
    objects = [place for place in all_places(example) if isinstance(value_at(example, place), dict)]
    for place in objects:

        def within(document: Any, parameters: Mapping[str, Any], place: Any = place) -> Any:
            return with_value(document, place, {**value_at(document, place), **parameters})

        yield within
        for name in _NAMES:

            def beside(document: Any, parameters: Mapping[str, Any], place: Any = place, name: str = name) -> Any:
                return with_value(document, place, {**value_at(document, place), name: dict(parameters)})

            yield beside


def _lacking(document: Any, names: set[str]) -> Any:
    """Give a copy in which no object has these names."""
    if isinstance(document, dict):
        return {name: _lacking(value, names) for name, value in document.items() if name not in names}
    return [_lacking(one, names) for one in document] if isinstance(document, list) else document
