"""Clients: what becomes of a call that fails, how often it is tried again, and how long it may take."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from typing import Any

from azureml_contract.broken import Broken, Raised, Told
from azureml_contract.check import check
from azureml_contract.client import Client
from azureml_contract.patience import Endless, within
from azureml_contract.search import Search
from azureml_contract.stage import ELSEWHERE, HERE
from azureml_contract.wire import Wire

_WORD = "word"
_SAID = "no luck, says the contract"
_FAILURES = (400, 401, 403, 404, 408, 413, 424, 429, 500, 502, 503, 504)
_PASSING = (408, 429, 502, 503, 504)
_LASTING = (400, 401, 403, 404, 413, 500)
_LABELS = ("to be shown", "the error says")
_MODELS_OWN = 527
_PAUSE = 1
"""Seconds that an endpoint asks to wait: there is nothing shorter to ask for."""
_EARLY = 0.1
"""Seconds that a wait may be shorter than asked for, since clocks differ."""
_LONGEST = 5.0
"""Seconds for a stream that is cut, before it counts as endless."""
_ENOUGH, _SOON, _SHORT, _LATE = 0.9, 0.05, 0.2, 0.7
"""A timeout that is enough for an answer, and when that comes; one that is not, likewise. Rounded, they are not."""


@check("C05", "typed-errors", subject="client")
def typed_errors(subject: Any, wire: Wire, search: Search) -> None:
    """An answer that is no success raises an error that shows its status, what it says, and the request's id.

    `HTTP Error 424: Failed Dependency` says nothing; the body has the exception of your `score.py`, and
    `ms-azureml-model-error-statuscode` the model's own status. Azure's support asks for the `x-request-id` first
    (langchain#28478, #16845). Read the body before you raise, and put a piece of it into an error of your own.
    """

    def holds(status: int) -> None:
        _check_error(subject, {"type": "status", "status": status, "text": _SAID, "retry_after": 0}, str(status))

    search(holds, _FAILURES)
    if wire.api_type != "serverless":
        _check_error(subject, {"type": "model_error", "status": _MODELS_OWN, "message": _SAID}, str(_MODELS_OWN))


def _check_error(subject: Any, fault: Mapping[str, Any], status: str) -> None:
    with subject.stage.suffering(fault) as stage:
        client = subject.without_retries()
        try:
            answer = client.invoke(_WORD)
        except Raised as raised:
            error = raised.error
        else:
            summary = f"The endpoint failed ({status}), and the client gives a text."
            raise Broken(summary, fault, Told("an error"), Told(repr(answer)))
        calls = stage.endpoint.calls
        if not calls:
            raise Raised("invoke", error)
    shown = " ".join(_texts(error))
    wanted = {"the status": status, "what the endpoint says": _SAID, "the request's id": calls[-1].request_id}
    for what, text in wanted.items():
        if text not in shown:
            lacking = "the model's own status" if text == str(_MODELS_OWN) else what
            told = Told(f"{type(error).__name__}: {error}")
            raise Broken(f"The error does not show {lacking}.", fault, Told(text), told, labels=_LABELS)


def _texts(error: BaseException) -> Iterator[str]:
    """Give what somebody sees who looks at an error: its text, its notes, its attributes."""
    yield str(error)
    yield from getattr(error, "__notes__", ())
    for name in dir(error):
        value = None if name.startswith("_") else _attribute(error, name)
        if isinstance(value, str | int | float):
            yield str(value)
        elif isinstance(value, bytes):
            yield value.decode("utf-8", "replace")
        elif isinstance(value, Mapping):
            yield from map(str, chain.from_iterable(value.items()))


def _attribute(error: BaseException, name: str) -> Any:
    try:
        return getattr(error, name)
    except Exception:  # noqa: BLE001  a property may raise anything
        return None


@check("C06", "retry-budget", subject="client")
def retry_budget(subject: Any, wire: Wire, search: Search) -> None:
    """`max_retries` is how often a call is tried again, after 408, 429, 502, 503 and 504, and not before Retry-After.

    A client that ignores it fails at the first hiccup; one that tries again at once, or tries what can only fail
    again, makes an overload worse (copilot-cli#3679: 5 tries in 0.15 s). Retry-After is seconds or a date. What has
    begun to stream is never tried again: its first words would come twice. 424 is left to you.
    """
    cases = [(503, 9, 0), (429, 9, 2), *((status, 1, 1) for status in _PASSING)]
    cases += [(status, 9, 1) for status in _LASTING]
    search(lambda case: _check_tries(subject, *case), cases)
    _check_pauses(subject)
    if wire.streams and hasattr(subject().made, "stream"):
        _check_stream(subject)


def _check_tries(subject: Any, status: int, times: int, retries: int) -> None:
    fault = {"type": "status", "status": status, "retry_after": 0, "times": times}
    case = {"max_retries": retries, "status": status}
    with subject.stage.suffering(fault) as stage:
        client = subject(max_retries=retries)
        failed = None
        try:
            client.invoke(_WORD)
        except Raised as raised:
            failed = raised
        count = len(stage.came)
    expected = 1 + (min(times, retries) if status in _PASSING else 0)
    if count != expected:
        summary = f"An endpoint that answers {status} is called {_times(count)} with max_retries={retries}."
        raise Broken(summary, case, expected, count, labels=("calls expected", "calls that came"))
    if failed and times <= retries:
        raise failed.broken(case, f"The second call was answered, and {failed.call} raised {failed.name}.")


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _check_pauses(subject: Any) -> None:
    """Ask one endpoint with seconds, the other with a date, at the same time."""
    fault = {"type": "status", "status": 429, "times": 1}
    stage = subject.stage
    addresses = {HERE: stage.endpoint.url, ELSEWHERE: stage.elsewhere}
    manners = {HERE: {"type": "seconds", "after_s": _PAUSE}, ELSEWHERE: {"type": "date", "after_s": _PAUSE}}
    with stage.suffering(fault):
        for place, manner in manners.items():
            stage.emulator[place].set(faults=[{**fault, "retry_after": manner}])
        clients = [subject(endpoint_url=one, max_retries=1) for one in addresses.values()]
        with ThreadPoolExecutor() as pool:
            answers = [pool.submit(client.invoke, _WORD) for client in clients]
        for (place, manner), answer in zip(manners.items(), answers, strict=True):
            answer.result()
            came = stage.came_to(place)
            waited = came[-1].at - came[0].at
            if waited < _PAUSE - _EARLY:
                summary = f"The endpoint asked to wait {_PAUSE} s, and was called again too early."
                asked, got = Told(f"{_PAUSE} s, as {manner['type']}"), Told(f"{waited:.2f} s")
                raise Broken(summary, manner["type"], asked, got, labels=("retry-after", "it waited"))


def _check_stream(subject: Any) -> None:
    with subject.stage.suffering({"type": "stream_cut", "share": 0.5}) as stage:
        with suppress(Raised, Endless):  # of one that does not end T05 tells
            within(_LONGEST, lambda: list(subject(max_retries=2).stream("one two three four five six")))
        count = len(stage.came)
    if count != 1:
        summary = "A stream that had begun is tried again."
        raise Broken(summary, {"max_retries": 2}, 1, count, labels=("calls expected", "calls that came"))


@check("C07", "timeout", subject="client")
def timeout(subject: Any, wire: Wire, search: Search) -> None:
    """`timeout` is in seconds, fractions of them too, and a call takes no longer.

    Half a second is a sensible time for a model that answers in a tenth of one. `timeout: int` refuses it, or makes
    0 of it, or 1; without any, a call waits for a silent endpoint until somebody ends the process (langchain#10217).
    """
    usual = _answer_in(subject, _ENOUGH, _SOON)
    try:
        got = _answer_in(subject, _SHORT, _LATE)
    except Raised:
        return
    if got == usual:  # else it gave up, and C05 has something to say of how it tells
        summary = f"With timeout={_SHORT}, an answer was waited for that took {_LATE} s."
        raise Broken(summary, {"timeout": _SHORT}, Told("an error"), Told(repr(got)))


def _answer_in(subject: Any, seconds: float, answer_s: float) -> str:
    """Give what comes of a call that may take so long, when the answer takes so long, both in seconds."""
    case = {"timeout": seconds}
    with subject.stage.suffering(latency=answer_s * 1000):
        try:
            client: Client = subject.without_retries(timeout=seconds)
        except Raised as raised:
            raise raised.broken(case, f"timeout={seconds} is refused.") from None
        try:
            return client.invoke(_WORD)
        except Raised as raised:
            if seconds < answer_s:
                raise
            summary = f"With timeout={seconds}, an answer after {answer_s} s did not come in time."
            raise raised.broken(case, summary) from None
