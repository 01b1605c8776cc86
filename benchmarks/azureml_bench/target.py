"""What is measured: an endpoint's address, how it is asked, and where its answers have their text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from azureml_bench.listener import Stream, Whole
from azureml_bench.shape import Shape


@dataclass(frozen=True)
class Target:
    """An endpoint, and what it is asked for. The key is in no text of it."""

    url: str
    shape: Shape
    key: str = field(default="", repr=False)
    stream: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 60.0
    verify: bool = True

    def body(self, prompt: str) -> bytes:
        """Write the request that asks this."""
        return self.shape.body(prompt, stream=self.stream, parameters=self.parameters)

    def listener(self) -> Whole | Stream:
        """Give what hears one answer."""
        listener: Callable[[Shape], Whole | Stream] = Stream if self.stream else Whole
        return listener(self.shape)

    @property
    def all_headers(self) -> dict[str, str]:
        """The headers of a request, those of the caller last."""
        authorization = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        accept = "text/event-stream" if self.stream else "application/json"
        return {"Content-Type": "application/json", "Accept": accept, **authorization, **self.headers}
