"""What all inference servers have in common: the questions a container asks its web server."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from azureml_emulator.errors import ContainerError
from azureml_emulator.inference_servers.ids import Ids
from azureml_emulator.openapi import Service
from azureml_emulator.wire import Call, Headers, Result

Read = TypeVar("Read")
Headings = Mapping[str, str]
Page = Callable[[Service, Call], Result]
"""How to answer a call that is not for scoring, given what the container does. May raise `ContainerError`."""


class InferenceServer(ABC):
    """How a container's web server writes JSON, what pages it has besides scoring, and how it refuses.

    `software` is what it calls itself, `page_methods` are the methods that its pages take, `scores_queries` tells
    whether GET at a scoring path scores its query.
    """

    name: str
    software: str
    page_methods: tuple[str, ...] = ("GET",)
    scores_queries: bool = False

    @property
    @abstractmethod
    def pages(self) -> Mapping[str, Page]:
        """What it answers to GET, by path; `/` is what a probe sees."""

    @property
    def asides(self) -> Mapping[str, Page]:
        """How it answers what does not score at a scoring path, by method."""
        return {}

    def admit(self, ids: Ids) -> None:  # noqa: B027  most look at nothing
        """Look at the ids of a request to a path that is served. Raises `ContainerError`."""

    @abstractmethod
    def dump(self, value: Any) -> bytes:
        """Write a JSON answer. Raises `ContainerError` for what is no JSON."""

    def read(
        self, document: Any, parse: Callable[[Any], Read], standard: frozenset[str], path: str, headers: Headings
    ) -> Read:
        """Parse a request's JSON, of whose fields only some may be `standard`; none named, all are.

        Raises `ContainerError`.
        """
        return parse(document)

    def signature(self, ids: Ids) -> Headers:
        """Give the headers that it adds to whatever a path that is served answers."""
        return ()

    @abstractmethod
    def run_headers(self, ids: Ids, seconds: float) -> Headers:
        """Give the headers that it adds to a scoring that took `seconds`, its signature included."""

    @abstractmethod
    def refuse(self, error: ContainerError, path: str, ids: Ids) -> Result:
        """Render the refusal of a request to a path."""

    def __repr__(self) -> str:
        return self.name
