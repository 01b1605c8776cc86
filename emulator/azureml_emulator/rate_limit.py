"""What a person says about the rate limits of a serverless endpoint."""

from dataclasses import field
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictBool
from pydantic.dataclasses import dataclass

from azureml_emulator.retry_after import RetryAfter, Seconds
from azureml_emulator.setting_types import Positive
from azureml_emulator.spelling import in_words

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, config=_STRICT)
class RateLimit:
    """The limits of a serverless endpoint; what is left out is not limited. Who asks for more gets a 429."""

    requests_per_minute: Positive | None = None
    """Requests in a minute (Azure: 1000), counted in windows of `request_window_s`."""
    tokens_per_minute: Positive | None = None
    """Tokens in a minute (Azure: 200000): those of prompts, and as many as the answers may have at most."""
    concurrent_requests: Positive | None = None
    """Requests in flight at once (Azure: 300)."""
    request_window_s: Annotated[float, Field(ge=1, le=60)] = 10.0
    """Seconds in which requests are counted, with that share of `requests_per_minute`; 60 for whole minutes."""
    retry_after: RetryAfter = field(default_factory=Seconds)
    """How a refusal says when to come again: `seconds`, `date`, `milliseconds`, `both`, `absent`, `odd`."""
    headers: Annotated[StrictBool | Literal["odd"], in_words("true, false or odd")] = True
    """Whether answers tell what is left in `x-ratelimit-...` headers; `odd`: they do, but say -1 and 0."""
    body: Literal["error", "plain"] = "error"
    """How a refusal is worded: `error`, as callers report it, or `plain`, as Microsoft's reference has it."""

    def __post_init__(self) -> None:
        if not (self.requests_per_minute or self.tokens_per_minute or self.concurrent_requests):
            raise ValueError("expected requests_per_minute, tokens_per_minute or concurrent_requests")
