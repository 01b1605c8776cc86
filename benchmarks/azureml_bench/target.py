"""What is measured: an endpoint's address, how it is asked, and where its answers have their text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from azureml_bench.listener import Stream, Whole
from azureml_bench.shape import Shape

_LEAST = 6
"""Characters from which on a header's value is masked where somebody repeats it; a shorter one is no secret."""


@dataclass(frozen=True)
class Target:
    """An endpoint, and what it is asked for. The key is in no text of it, and neither are the caller's own headers.

    `deployment` is the one that is asked for by `azureml-model-deployment`; empty leaves it to the traffic split.
    `ca` is a file of certificates that are trusted, `verify` whether any are looked at.
    """

    url: str
    shape: Shape
    key: str = field(default="", repr=False)
    stream: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 60.0
    verify: bool = True
    deployment: str = ""
    ca: str = ""

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
        deployment = {"azureml-model-deployment": self.deployment} if self.deployment else {}
        accept = "text/event-stream" if self.stream else "application/json"
        said = {"Content-Type": "application/json", "Accept": accept, **authorization, **deployment}
        mine = {name.lower() for name in self.headers}
        return {**{name: value for name, value in said.items() if name.lower() not in mine}, **self.headers}

    def masked(self, text: str) -> str:
        """Leave out of a text what nobody may read: the key, the values of the caller's headers, the URL's query."""
        secrets = [self.key, *(value for value in self.headers.values() if len(value) >= _LEAST)]
        secrets += [urlsplit(self.url).query]
        for secret in sorted(filter(None, secrets), key=len, reverse=True):
            text = text.replace(secret, "***")
        return text
