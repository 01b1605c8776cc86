"""The process in which one client sits, and nothing else: it is asked and it answers, a line of JSON each.

It needs nothing but Python and what the client needs, so it may run in any environment.
"""

import json
import os
import sys
import tracemalloc
from time import perf_counter_ns
from typing import Any, TextIO

from azureml_bench.overhead.named import factory
from azureml_bench.overhead.theirs import NotMade, not_made, theirs
from azureml_bench.overhead.timed import Timer
from azureml_bench.wire import Wire


class Subject:
    """One client, made anew for each endpoint that it is to call."""

    def __init__(self) -> None:
        self._timer: Timer | None = None

    def make(
        self, name: str, formatter: str, url: str, key: str, wire: dict[str, Any], prompt: str
    ) -> dict[str, Any]:
        """Make the client and call it once; say how long it took to import and make it, and the first call."""
        self.close()
        modules, began = len(sys.modules), perf_counter_ns()
        self._timer = Timer(Wire(**wire), key)
        try:
            with theirs(not_made("the factory failed"), NotMade):
                self._timer.make(factory(name, formatter), url)
        except NotMade as error:
            return {"problem": str(error).replace(key or "\0", "**********")}
        ready = perf_counter_ns() - began
        first = self._timer.first(prompt)
        return {"ready": ready, "first": first, "modules": len(sys.modules) - modules, "python": _python()}

    def block(self, prompts: list[str], at_once: int) -> dict[str, Any]:
        """Time calls."""
        assert self._timer
        return self._timer.block(prompts, at_once)._asdict()

    def memory(self, prompts: list[str]) -> dict[str, Any]:
        """Say how many bytes a call holds at most, in the mean. It is slow while one looks, so it is not timed."""
        assert self._timer
        peaks = []
        for prompt in prompts:
            tracemalloc.start()
            call = self._timer.block([prompt], 1).calls[0]
            if not call.error:
                peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        return {"peak": sum(peaks) / len(peaks) if peaks else None}

    def close(self) -> dict[str, Any]:
        """Let go of the client."""
        if self._timer:
            self._timer.close()
            self._timer = None
        return {}


def _python() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def main() -> None:
    """Answer until there are no more questions. What the client prints goes to standard error."""
    with _channel() as answers:
        subject = Subject()
        for line in sys.stdin:
            question = json.loads(line)
            answer = getattr(subject, question.pop("what"))(**question)
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
    os._exit(0)  # somebody's threads may wait for ever


def _channel() -> TextIO:
    """Keep standard output for answers alone."""
    mine = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return os.fdopen(mine, "w", encoding="utf-8")
