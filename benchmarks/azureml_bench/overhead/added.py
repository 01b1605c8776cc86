"""Subtracts: what a caller waited for, less what the endpoint took. Values in, values out."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from azureml_bench.overhead.timed import Timed

_MARKER = re.compile(r"Call ([0-9a-f]{6}-\d+):")
_QUESTIONS = ("how deep is the harbour?", "who keeps the light?", "when does the ferry leave?", "what do gulls eat?")


class Served(NamedTuple):
    """How the endpoint served a call, in seconds from when it had read the last byte of the request.

    `seconds` is until the last byte of its answer was written, `first` until the first was.
    """

    seconds: float
    first: float
    status: int


class Call(NamedTuple):
    """One call, in seconds. What is wrong with it is in `problem`, and then the figures say nothing.

    `example` is what shows it, where that is another text for each call.

    `added` is what the client waited beyond what the endpoint took, and `first_added` the same until the first text.
    `sent` is how often it arrived at the endpoint.
    """

    added: float
    first_added: float
    served: float
    sent: int
    problem: str = ""
    example: str = ""


def prompt(run: str, number: int) -> str:
    """Give a prompt that no other call has. `run` has 6 hexadecimal digits."""
    return f"Call {run}-{number}: {_QUESTIONS[number % len(_QUESTIONS)]}"


def marker(text: str) -> str:
    """Find by what a prompt is known, however a client has dressed it; empty where it is none of ours."""
    found = _MARKER.search(text)
    return found[1] if found else ""


def calls(
    prompts: Sequence[str], timed: Sequence[Timed], served: Mapping[str, Sequence[Served]], echoed: bool = True
) -> list[Call]:
    """Subtract, call by call. `echoed` says that the right answer is the prompt; else any text is."""
    return [
        _call(asked, one, served.get(marker(asked), ()), echoed) for asked, one in zip(prompts, timed, strict=True)
    ]


def _call(asked: str, timed: Timed, served: Sequence[Served], echoed: bool) -> Call:
    lasted, first = (timed.end - timed.start) / 1e9, (timed.first - timed.start) / 1e9
    took = sum(one.seconds for one in served)
    until_first = took - served[-1].seconds + served[-1].first if served else 0.0
    problem, example = timed.error, ""
    if not problem and not timed.text:
        problem = "it gave no text"
    if not problem and echoed and not _is_echo(asked, timed.text):
        problem, example = "it gave a wrong answer", f"{timed.text[:60]!r} to {asked!r}"
    if not problem and not served:
        problem = "the call never arrived at the endpoint, or its journal has forgotten it"
    if not problem and lasted < took:
        problem = "it gave an answer before the endpoint had written it"
    return Call(lasted - took, first - until_first, took, len(served), problem, example)


def _is_echo(asked: str, text: str) -> bool:
    """Compare an answer with what was asked; some formatters put the prompt into quotes, so it comes back in them."""
    return text.strip().removeprefix('"').removesuffix('"') == asked
