"""Requests: what one call leaves behind for another, before it, beside it, or in another process."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from azureml_contract.attempts import asked_or_none, body_or_none
from azureml_contract.broken import Broken, Raised
from azureml_contract.check import check
from azureml_contract.elsewhere import bodies_elsewhere
from azureml_contract.formatter import Formatter
from azureml_contract.search import Search
from azureml_contract.wire import Wire

_FIRST: tuple[str, dict[str, Any]] = ("the first prompt", {"temperature": 0.5, "stop": ["a", "b"]})
_SECOND: tuple[str, dict[str, Any]] = ("another", {"max_tokens": 5})
_LABELS = ("first", "afterwards")


@check("R07", "stateless")
def stateless(subject: Any, wire: Wire, search: Search) -> None:
    """The same call gives the same bytes, whatever was called before it, and on whichever instance.

    What a formatter keeps on itself, or on its class, from one call is there in the next: another prompt, a stop
    sequence, a schema (langchain-google#636). So does what differs by itself: a time, a random id. Keep nothing; a
    formatter is shared by all calls of a client.
    """
    formatter = subject()
    body = body_or_none(formatter, _FIRST[0], _FIRST[1])
    if body is None:
        return
    between: list[tuple[str, Callable[[], Any], Formatter]] = [
        ("called again", lambda: None, formatter),
        ("after another call", lambda: body_or_none(formatter, _SECOND[0], _SECOND[1]), formatter),
        ("after a call that failed", lambda: body_or_none(formatter, _SECOND[0], {"stop": object()}), formatter),
        ("of another instance", lambda: None, subject()),
    ]
    for when, happens, asked in between:
        happens()
        try:
            again = asked.body(_FIRST[0], deepcopy(_FIRST[1]))
        except Raised as raised:
            raise raised.broken(_FIRST, f"The same call raised {raised.name}, {when}.") from None
        if again != body:
            raise Broken(f"The same call gave other bytes, {when}.", _FIRST, body, again, labels=_LABELS)


_CALLS, _THREADS = 300, 8


@check("R08", "thread-safe")
def thread_safe(subject: Any, wire: Wire, search: Search) -> None:
    """Calls at the same time on one formatter get their own prompt, their own parameters, and their own answer.

    `batch` and servers call one formatter from several threads. What it puts on `self` during a call, another call
    overwrites: somebody gets somebody else's prompt (NeMo-Guardrails#726, llm#1182). Use local variables; a lock is
    only for what has to be shared.
    """
    shared = subject().made
    alone = subject()
    bodies = [body_or_none(alone, *_case(at)) for at in range(_CALLS)]
    answer = wire.answer("the answer to call 0000")
    answers = [answer.replace(b"call 0000", b"call %04d" % at) for at in range(_CALLS)]
    said = [_text(alone, one) for one in answers]

    def call(begin: int) -> list[tuple[int, bool, bool]]:
        mine = Formatter(lambda: shared, wire)  # of its own, for the event loop of an async formatter's calls
        return [
            (at, _alike(wire, body_or_none(mine, *_case(at)), bodies[at]), _text(mine, answers[at]) == said[at])
            for at in range(begin, _CALLS, _THREADS)
        ]

    with _eager_threads(), ThreadPoolExecutor(_THREADS) as pool:
        outcomes = [one for some in pool.map(call, range(_THREADS)) for one in some]
    for index, what in ((1, "request"), (2, "answer")):
        wrong = sorted(outcome[0] for outcome in outcomes if not outcome[index])
        if wrong:
            summary = f"{len(wrong)} of {_CALLS} calls at the same time got another call's {what}, or none."
            raise Broken(summary, _case(wrong[0]))


def _case(at: int) -> tuple[str, dict[str, Any]]:
    return f"the prompt of call {at}", {"max_tokens": at}


def _alike(wire: Wire, one: bytes | None, other: bytes | None) -> bool:
    """Tell whether two bodies ask the same; they need not be the same bytes, which R07 looks for."""
    return one == other or asked_or_none(wire, one) == asked_or_none(wire, other)


def _text(formatter: Formatter, answer: bytes) -> str | None:
    try:
        return formatter.text(answer)
    except (Broken, Raised):
        return None


@contextmanager
def _eager_threads() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


_STOPS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]
_TOLD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("a prompt", {"stop": _STOPS}),
    ("a prompt", {name: at for at, name in enumerate(_STOPS)}),
)


@check("R16", "deterministic-across-processes")
def deterministic_across_processes(subject: Any, wire: Wire, search: Search) -> None:
    """The same call gives the same bytes in another process.

    Python gives texts other hashes in each process, so that a set has another order: recorded requests are not found
    again, and caches miss. Use `sorted(...)` or `dict.fromkeys(...)` in the place of `set(...)`. Where another
    process cannot import the formatter, as one that is written within a function, there is nothing to compare.
    """
    here = [[body_or_none(formatter, *one) for one in _TOLD] for formatter in (subject(), subject())]
    if here[0] != here[1]:
        return  # it differs within this process, too, which R07 says
    there = bodies_elsewhere(subject.factory, wire, _TOLD)
    for case, body, other in zip(_TOLD, here[0], there, strict=False):
        if body is not None and other is not None and body != other:
            summary = "The same call gave other bytes in another process."
            raise Broken(summary, case, body, other, labels=("here", "there"))
