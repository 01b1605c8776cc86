"""A client in a process of its own, as the measurement sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from azureml_bench.overhead.process import Process, ProcessLost
from azureml_bench.overhead.stage import Place
from azureml_bench.overhead.timed import Block, Timed
from azureml_bench.overhead.wanted import Wanted
from azureml_bench.wire import Wire


class NotMeasured(Exception):
    """A client cannot be measured, or no longer; the text says why."""


@dataclass
class Seat:
    """One client that sits in its process."""

    wanted: Wanted
    wire: Wire
    env: Mapping[str, str]
    within: float = 60.0
    _process: Process | None = None

    def make(self, place: Place, prompt: str) -> tuple[Mapping[str, Any], Timed]:
        """Make the client for an endpoint and call it once. Raises `NotMeasured`.

        Gives `ready` in nanoseconds, `modules` and `python`, and the first call.
        """
        if self._process is None:
            try:
                self._process = Process("overhead.subject", self.env, self.wanted.python)
            except OSError as error:
                raise NotMeasured(f"cannot run {self.wanted.python}: {error.strerror or error}") from None
        told = self._ask(
            what="make",
            name=self.wanted.client,
            formatter=self.wanted.formatter,
            url=place.url,
            key=place.key,
            wire=asdict(self.wire),
            prompt=prompt,
        )
        if "problem" in told:
            raise NotMeasured(told["problem"])
        return told, Timed(*told["first"])

    def block(self, prompts: Sequence[str], at_once: int) -> Block:
        """Have it call. Raises `NotMeasured` if it does not survive that."""
        told = self._ask(what="block", prompts=list(prompts), at_once=at_once)
        return Block([Timed(*one) for one in told["calls"]], told["lasted"], told["cpu"])

    def peak(self, prompts: Sequence[str]) -> float | None:
        """Say how many bytes one of its calls holds at most."""
        found: float | None = self._ask(what="memory", prompts=list(prompts))["peak"]
        return found

    def close(self) -> None:
        """End its process."""
        if self._process:
            self._process.close()
            self._process = None

    def _ask(self, **question: Any) -> Any:
        assert self._process
        try:
            return self._process.ask(self.within, **question)
        except ProcessLost as error:
            raise NotMeasured(str(error)) from None
