"""What all inference servers have in common: the questions a container asks its web server."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from azureml_emulator.errors import ContainerError
from azureml_emulator.openapi import Service
from azureml_emulator.wire import Call, Headers, Result

Page = Callable[[Service, Call], Result]
"""How to answer GET at a path that is not for scoring, given what the container does. May raise `ContainerError`."""


class InferenceServer(ABC):
    """How a container's web server writes JSON, what pages it has besides scoring, and how it refuses."""

    name: str

    @property
    @abstractmethod
    def pages(self) -> Mapping[str, Page]:
        """What it answers to GET, by path; `/` is what a probe sees."""

    @abstractmethod
    def dump(self, value: Any) -> bytes:
        """Write a JSON answer."""

    def screened(self, document: Any, path: str, headers: Mapping[str, str]) -> Any:
        """Look a request's JSON over before its shape is checked; give it back, or what is left of it."""
        return document

    @abstractmethod
    def run_headers(self, caller_id: str, seconds: float) -> Headers:
        """Give the headers that it adds to a scoring that took `seconds`."""

    @abstractmethod
    def refuse(self, error: ContainerError, path: str, caller_id: str) -> Result:
        """Render the refusal of a request to a path."""

    def __repr__(self) -> str:
        return self.name
