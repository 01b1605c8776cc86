"""What live checks look at: a formatter whose bodies are sent to an endpoint, or a client that calls it."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from azureml_contract.broken import Broken, Raised, Refused, theirs
from azureml_contract.client import Client
from azureml_contract.factory import Factory
from azureml_contract.formatter import Formatter, kind_of
from azureml_contract.live.line import Line, Reply
from azureml_contract.wire import Wire
from azureml_emulator.places import all_places, value_at, with_value

PLAIN = "The quick brown fox jumps over the lazy dog"
"""A prompt that nothing escapes, quotes or filters."""


@dataclass
class Contact:
    """A formatter, the endpoint that it is for, and, unless the wire is somebody's own, the emulator's in its place.

    What has been asked once is not asked again.
    """

    factory: Factory
    wire: Wire
    theirs: Line
    ours: Line | None = None
    kind: str = "endpoint"
    notes: list[str] = field(default_factory=list)

    def __call__(self) -> Formatter:
        """Make a fresh formatter. Raises `Raised` if that fails."""
        return Formatter(self.factory, self.wire)

    @cached_property
    def body(self) -> bytes:
        """The body that the formatter makes of a plain prompt. Raises `Broken` or `Raised`."""
        return self().body(PLAIN)

    @cached_property
    def answer(self) -> Reply:
        """What the endpoint says to it."""
        return self.theirs.post(self.body)

    @property
    def expected(self) -> Any:
        """The JSON value that the emulator answers with, or that stands in somebody's own example."""
        if self.ours is None:
            return self.wire.write(PLAIN)
        reply = self.ours.post(self.body)
        return reply.document if reply.status == 200 else self.wire.write(PLAIN)

    @property
    def accepted(self) -> bool:
        """Whether the endpoint answered the formatter's body."""
        try:
            return self.answer.status == 200
        except (Broken, Raised):  # of which the check says more
            return False

    @cached_property
    def echoes(self) -> bool:
        """Whether the endpoint says again what it is asked, found out by a body that is right for certain."""
        prompt = self.wire.read(self.wire.example).prompts[0]
        document = self.wire.example
        for place in list(all_places(document)):
            if value_at(document, place) == prompt:
                document = with_value(document, place, PLAIN)
        reply = self.theirs.post(json.dumps(document).encode())
        try:
            return reply.status == 200 and self.wire.text(json.loads(reply.body)) == PLAIN
        except (Refused, ValueError):
            return False


@dataclass(frozen=True)
class LiveClients:
    """A client, the formatter it is given, and the endpoint it calls by itself; `line` counts and waits."""

    factory: Factory
    formatter: Factory
    wire: Wire
    line: Line
    kind: str = "endpoint"

    def __call__(self, **settings: Any) -> Client:
        """Make a fresh one. Raises `Raised` if that fails."""
        with theirs("the client's constructor"):
            formatter = self.formatter()
            given = {
                "endpoint_url": self.line.url,
                "endpoint_api_key": self.line.key,
                "endpoint_api_type": kind_of(formatter, self.wire.api_type),
                "content_formatter": formatter,
            }
            return Client(self.factory(**{**given, **settings}))
