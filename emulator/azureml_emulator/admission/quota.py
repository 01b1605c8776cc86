"""What a serverless endpoint lets its callers have in a minute, and how many at once."""

import re
from math import ceil, inf

from azureml_emulator.admission.queue import Queue
from azureml_emulator.errors import RateLimitExceeded
from azureml_emulator.rate_limit import RateLimit
from azureml_emulator.request import Request
from azureml_emulator.schema import Reading
from azureml_emulator.wire import Headers

_MINUTE = 60.0

_NEVER = 86_400.0
"""Seconds that a call is told to wait which asks for more than all; callers report this figure (TinyLLM#17), that it
means this is a guess."""

_VERSION = re.compile(r"(?:^|&)api-version=([\w.-]{1,40})(?:&|$)")

_ODD = {"limit": "-1", "remaining": "-1", "reset": "0"}
"""What the headers say when they say nothing (reported, openai/openai-dotnet#838)."""


class Window:
    """So many of a thing in so many seconds; the first one after the end of a window opens the next."""

    def __init__(self, limit: float, seconds: float) -> None:
        self.limit = limit
        self._seconds = seconds
        self.opened = -inf
        self.taken = 0

    def inherit(self, former: "Window") -> None:
        """Go on from what was taken before."""
        self.opened, self.taken = former.opened, former.taken

    def lacks(self, at: float, wanted: int) -> float:
        """Give the seconds until there will be so many, 0 if there are now."""
        if at >= self.opened + self._seconds:
            self.opened, self.taken = at, 0
        if self.taken + wanted <= self.limit:
            return 0.0
        return self.opened + self._seconds - at if wanted <= self.limit else _NEVER

    def take(self, number: int) -> float:
        """Take some; give how many are left."""
        self.taken += number
        return self.limit - self.taken


class Quota:
    """Counts an endpoint's requests and tokens, in windows of a fixed length, and its calls in flight.

    Tokens are counted when a call comes, and never given back: those of the prompt, and as many as the answer may
    have at most, for each answer (documented for Azure OpenAI: an estimate by prompt, `max_tokens` and `best_of`, in
    a running count that is reset each minute). Requests are counted in shorter windows (documented: one or ten
    seconds; ten where it was measured). A call that is refused counts for nothing (unverified).
    """

    def __init__(self, settings: RateLimit) -> None:
        self._settings = settings
        requests, tokens = settings.requests_per_minute, settings.tokens_per_minute
        window = settings.request_window_s
        self.requests = Window(ceil(requests * window / _MINUTE), window) if requests else None
        self.tokens = Window(tokens, _MINUTE) if tokens else None
        self.flight = Queue(places=settings.concurrent_requests) if settings.concurrent_requests else None
        self.reads = tokens is not None

    def inherit(self, former: "Quota") -> None:
        """Go on from what was counted before."""
        if self.flight and former.flight:
            former.flight.resize(inf, self.flight.places)
            self.flight = former.flight
        for new, old in ((self.requests, former.requests), (self.tokens, former.tokens)):
            if new and old:
                new.inherit(old)

    def take(self, request: Request, reading: Reading | None) -> Headers:
        """Let a call have what it asks for; give the headers that tell what is left. Raises `RateLimitExceeded`."""
        at = request.call.at
        if self.flight and (wait := self.flight.full(at)):
            self._refuse("call", f"{self.flight.in_flight} requests are in flight", request, wait)
        wanted = asked_for(reading) if reading else 0
        requests, tokens = self.requests, self.tokens
        if requests and (wait := requests.lacks(at, 1)):
            said = f"more than {requests.limit:.0f} requests in {self._settings.request_window_s:g} seconds"
            self._refuse("call", said, request, wait)
        if tokens and (wait := tokens.lacks(at, wanted)):
            self._refuse("token", f"{wanted} tokens are more than is left of {tokens.limit:.0f}", request, wait)
        left = []
        if requests:
            left.append(("requests", requests.limit, requests.take(1)))
        if tokens:
            left.append(("tokens", tokens.limit, tokens.take(wanted)))
        return self._told(left)

    def fly(self, until: float) -> int:
        """Hold a place in flight until then; give what stands for it."""
        return self.flight.wait(until) if self.flight else 0

    def land(self, place: int) -> None:
        """Free a place in flight."""
        if self.flight:
            self.flight.leave(place)

    def _told(self, left: list[tuple[str, float, float]]) -> Headers:
        """Tell of limits and of what is left of them; what is told of requests is by the window (reported)."""
        if self._settings.headers is False:
            return ()
        odd = self._settings.headers == "odd"
        values = (("limit", 1), ("remaining", 2))
        return tuple(
            (f"x-ratelimit-{value}-{one[0]}", _ODD[value] if odd else f"{one[at]:.0f}")
            for value, at in values
            for one in left
        )

    def _refuse(self, what: str, hint: str, request: Request, wait: float) -> None:
        settings, call = self._settings, request.call
        headers = settings.retry_after.headers(wait, call.at)
        if settings.headers is not False:
            reset = _ODD["reset"] if settings.headers == "odd" else str(ceil(wait))
            headers += ((f"x-ratelimit-reset-{'tokens' if what == 'token' else 'requests'}", reset),)
        raise RateLimitExceeded(hint, what, operation(request), ceil(wait), headers, settings.body == "plain")


def asked_for(reading: Reading) -> int:
    """Estimate the tokens of a call from what it says: its prompts, and the most that its answers may have."""
    prompt = sum(one.tokens for one in reading.prompts)
    best_of = reading.parameters.get("best_of")
    answers = max(reading.choices, best_of if isinstance(best_of, int) else 1)
    return prompt + len(reading.prompts) * answers * max(reading.token_limit or 0, 0)


def operation(request: Request) -> str:
    """Name what is called as Azure's refusals do (reported): `/v1/chat/completions` is `ChatCompletions_Create`."""
    steps = [one for one in request.path.split("/") if one.isalpha() and one not in ("models", "openai")]
    name = "".join(one.capitalize() for one in steps) + "_Create Operation"
    version = _VERSION.search(request.call.query)
    return f"{name} under Azure OpenAI API version {version[1]}" if version else name
