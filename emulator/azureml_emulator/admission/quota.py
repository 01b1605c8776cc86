"""What a serverless endpoint lets its callers have in a minute, and how many at once."""

import re
from math import ceil, inf

from azureml_emulator.admission.ends import Entry
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


class Window:
    """So many of a thing in so many seconds; the first that is taken after the end of a window opens the next."""

    def __init__(self, limit: int, seconds: float) -> None:
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
            self.opened, self.taken = -inf, 0
        if self.taken + wanted <= self.limit:
            return 0.0
        return self.opened + self._seconds - at if wanted <= self.limit else _NEVER

    def take(self, at: float, number: int) -> None:
        """Take some of what `lacks` has just said is there."""
        if self.opened == -inf:
            self.opened = at
        self.taken += number

    @property
    def left(self) -> int:
        """How many are left."""
        return self.limit - self.taken


class Quota:
    """Counts an endpoint's requests and tokens, in windows of a fixed length, and its calls in flight.

    Tokens are counted when a call comes, and never given back: those of the prompt, and as many as the answer may
    have at most, for each answer (documented for Azure OpenAI: an estimate by prompt, `max_tokens` and `best_of`, in
    a running count that is reset each minute). Requests are counted in shorter windows (documented: one or ten
    seconds; the headers that callers report fit ten, microsoft/copilot-camp#551). A call that is refused counts for
    nothing (unverified).

    Headers: `limit` and `remaining` were captured in answers, `reset` in refusals, in seconds (reported); the odd
    values -1, -1 and 0, too (openai/openai-dotnet#838). All of that is Azure OpenAI's, and unverified for
    models.ai.azure.com.
    """

    def __init__(self, settings: RateLimit) -> None:
        self._settings = settings
        requests, tokens = settings.requests_per_minute, settings.tokens_per_minute
        window = settings.request_window_s
        self.requests = Window(ceil(requests * window / _MINUTE), window) if requests else None
        self.tokens = Window(tokens, _MINUTE) if tokens else None
        self.flight = Queue(places=settings.concurrent_requests) if settings.concurrent_requests else None
        windows = (("requests", self.requests), ("tokens", self.tokens))
        self._limits = [
            (f"x-ratelimit-limit-{name}", f"x-ratelimit-remaining-{name}", one) for name, one in windows if one
        ]

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
        at, wanted = request.call.at, asked_for(reading) if reading else 0
        flight, requests, tokens = self.flight, self.requests, self.tokens
        crowded = flight.full(at) if flight else 0.0
        early = requests.lacks(at, 1) if requests else 0.0
        greedy = tokens.lacks(at, wanted) if tokens else 0.0
        if flight and crowded:
            raise self._refusal("call", f"{flight.in_flight} requests are in flight", request, crowded)
        if requests and early:
            said = f"more than {requests.limit} requests in {self._settings.request_window_s:g} seconds"
            raise self._refusal("call", said, request, early)
        if tokens and greedy:
            said = f"{wanted} tokens are more than the {tokens.left} that are left of {tokens.limit}"
            raise self._refusal("token", said, request, greedy)
        if requests:
            requests.take(at, 1)
        if tokens:
            tokens.take(at, wanted)
        return self._told()

    def fly(self, until: float) -> Entry | None:
        """Hold a place in flight until then; give what stands for it."""
        return self.flight.wait(until) if self.flight else None

    def land(self, place: Entry) -> None:
        """Free a place in flight."""
        if self.flight:
            self.flight.leave(place)

    def _told(self) -> Headers:
        """Tell of limits and of what is left of them; what is told of requests is by the window (reported)."""
        if self._settings.headers is False:
            return ()
        if self._settings.headers == "odd":
            return tuple((name, "-1") for limit, remaining, _ in self._limits for name in (limit, remaining))
        return tuple(
            header
            for limit, remaining, window in self._limits
            for header in ((limit, str(window.limit)), (remaining, str(window.left)))
        )

    def _refusal(self, what: str, hint: str, request: Request, wait: float) -> RateLimitExceeded:
        settings, call = self._settings, request.call
        headers = settings.retry_after.headers(wait, call.at) + self._told()
        if settings.headers is not False:
            reset = "0" if settings.headers == "odd" else str(ceil(wait))
            headers += ((f"x-ratelimit-reset-{'tokens' if what == 'token' else 'requests'}", reset),)
        return RateLimitExceeded(hint, what, operation(request), ceil(wait), headers, settings.body == "plain")


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
