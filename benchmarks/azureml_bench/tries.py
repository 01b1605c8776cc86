"""A request as it goes, whatever sends it: what is noted of each try, whether there is another, and the sample.

It knows no socket: `Caller` and the users of Locust tell it what comes, and send.
"""

from collections.abc import Callable, Iterable
from typing import Any

from azureml_bench import outcome
from azureml_bench.outcome import Outcome
from azureml_bench.retries import Retries
from azureml_bench.sample import Sample
from azureml_bench.server_timing import stages
from azureml_bench.target import Target

_SAID = 200
"""So much of a refusal is kept as its note."""


class Try:
    """One try. Tell it in this order: `began`, `take` for each read, `over`, `judge`; or what went wrong instead."""

    def __init__(self, target: Target, now: Callable[[], int]) -> None:
        self._target, self._now = target, now
        self._good, self._count, self._said = False, 0, b""
        self.heard = target.listener()
        self.ended = outcome.CONNECT
        self.headers: dict[str, str] = {}
        self.noted: dict[str, Any] = {}
        """Fields of the sample; those that nothing was heard of are left out."""

    def began(self, status: int, timing: str) -> None:
        """Hear that status and headers are there; `timing` is the header `server-timing`."""
        self.noted |= {"first_byte": self._now(), "status": status, "server": stages(timing)}
        self.ended = outcome.of_status(status)
        self._good = self.ended is outcome.OK

    @property
    def has_begun(self) -> bool:
        """Whether an answer has begun."""
        return "status" in self.noted

    def take(self, data: bytes) -> None:
        """Take what one read gave."""
        if self._good:
            self.heard.feed(data, self._now())
        elif len(self._said) < _SAID:
            self._said += data
        self._count += len(data)

    def over(self) -> None:
        """Hear that the last byte was there."""
        self.noted |= {"response_bytes": self._count, "end": self._now()}

    def judge(self, headers: Iterable[tuple[str, str]]) -> None:
        """Say how it ended, all of it being there; of a refusal the headers are kept, which may ask for patience."""
        if self._good:
            self.ended = self.heard.end()
            return
        self.headers = {name.lower(): str(value) for name, value in headers}
        where = "a redirect, which is not followed: " if 300 <= self.noted["status"] < 400 else ""
        self.noted["note"] = where + self._target.masked(self._said.decode("utf-8", "replace"))[:_SAID]

    def timed_out(self) -> None:
        """Hear that it took too long."""
        self._fail(outcome.TIMEOUT, f"no whole answer within {self._target.timeout:g} s")

    def failed(self, error: BaseException, ended: Outcome) -> None:
        """Hear that it went wrong, and how that is called."""
        self._fail(ended, self._target.masked(f"{type(error).__name__}: {error}"))

    def _fail(self, ended: Outcome, note: str) -> None:
        self.ended = ended
        self.noted["note"] = note
        self.noted.setdefault("end", self._now())


class Tries:
    """All tries of one request. It counts from when it was sent at first, which is now."""

    def __init__(
        self, number: int, phase: str, intended: int | None, body: bytes, retries: Retries, sent: int
    ) -> None:
        self._number, self._phase, self._sent = number, phase, sent
        self._intended = sent if intended is None else intended
        self._request_bytes = len(body)
        self._retries = retries
        self._retried: list[str] = []

    def pause(self, tried: Try, at: float) -> float | None:
        """Say how many seconds to wait before it is sent again, None if it is not; `at` is now, in Unix seconds."""
        pause = self._retries.pause(self._number, tried.ended.name, len(self._retried) + 1, tried.headers, at)
        if pause is not None:
            self._retried.append(tried.ended.name)
        return pause

    def sample(self, last: Try) -> Sample:
        """Give what was measured."""
        prompt_tokens, tokens = last.heard.usage
        return Sample(
            self._number,
            self._phase,
            self._intended,
            self._sent,
            outcome=last.ended.name,
            contents=tuple(last.heard.contents),
            characters=last.heard.characters,
            prompt_tokens=prompt_tokens,
            tokens=tokens,
            request_bytes=self._request_bytes,
            tries=len(self._retried) + 1,
            retried=tuple(self._retried),
            **last.noted,
        )
