"""What the zoo's clients raise."""

from typing import Any


class CallFailed(Exception):
    """A call gave no answer: what the endpoint said, and which request it was.

    `connected` says whether there was anybody to talk to.
    """

    def __init__(
        self, said: str, status: int | None = None, body: bytes = b"", headers: Any = None, connected: bool = True
    ) -> None:
        self.status, self.connected, self.headers = status, connected, headers or {}
        self.body = body[:500].decode("utf-8", "replace")
        self.request_id = self.headers.get("x-request-id", "")
        self.model_status = self.headers.get("ms-azureml-model-error-statuscode", "")
        told = [f"the model: {self.model_status}"] * bool(self.model_status)
        told += [f"request {self.request_id}"] * bool(self.request_id)
        super().__init__("; ".join(filter(None, [said, *told, self.body])))


class StreamFailed(CallFailed):
    """A stream ended too early, or in an error; `partial` is the text that had come."""

    def __init__(self, said: str, partial: str) -> None:
        super().__init__(said)
        self.partial = partial
