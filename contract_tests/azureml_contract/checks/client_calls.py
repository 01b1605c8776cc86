"""Clients: what is sent, by each way to call, and what is left of a call in the next one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from azureml_contract.broken import UNSAID, Broken, Raised, Told
from azureml_contract.check import check
from azureml_contract.client import NOTHING, Client
from azureml_contract.search import Search
from azureml_contract.wire import Wire

_WORD = "word"
_THREADS, _CALLS = 8, 48
_SENT = ("to be sent", "was sent")
_OTHER = {"content_type": "application/json; charset=utf-8", "accepts": "application/json;q=0.9"}
_HEADERS = {"content_type": "Content-Type", "accepts": "Accept"}


@check("C02", "headers-from-formatter", subject="client")
def headers_from_formatter(subject: Any, wire: Wire, search: Search) -> None:
    """`Content-Type` and `Accept` are what the content formatter says in `content_type` and `accepts`.

    The formatter makes the bytes, so it alone knows what they are. A client that always says `application/json` has
    a server decode something else as JSON, and one that sends no `Accept` leaves the answer's form to chance.
    """
    formatter = subject.formatter()
    _check_headers(subject, formatter)
    try:
        for name, value in _OTHER.items():
            setattr(formatter, name, value)
    except Exception:  # noqa: BLE001  somebody's formatter may allow no such thing, in its own way
        return
    _check_headers(subject, formatter)


def _check_headers(subject: Any, formatter: Any) -> None:
    subject.asked_by(lambda: subject(content_formatter=formatter).invoke(_WORD))
    sent = subject.stage.came[0].headers
    for name, header in _HEADERS.items():
        said = getattr(formatter, name, None)
        got = sent.get(header.lower(), "")
        if isinstance(said, str) and got != said:
            summary = f"{header} is not what the formatter says in {name}."
            raise Broken(summary, {name: said}, Told(said), Told(got) if got else NOTHING, labels=_SENT)


@check("C03", "no-leak-between-calls", subject="client")
def no_leak_between_calls(subject: Any, wire: Wire, search: Search) -> None:
    """What you pass to one call never shows in another: not after it, not after an exception, not in another thread.

    Updating `self.model_kwargs` with a call's arguments makes them everybody's, for good: the next caller's text ends
    at your stop words (NeMo-Guardrails#726). Merge them into a new dict, and keep nothing of a call on `self`.
    """
    settings = {"model_kwargs": {"temperature": 0.5}}
    usual = subject.request_by(lambda: subject(**settings).invoke(_WORD))

    def holds(way: str) -> None:
        client = subject(**settings)
        with suppress(Raised):
            _WAYS[way](client, subject.stage)
        got = subject.request_by(lambda: client.invoke(_WORD))
        if got != usual:
            summary = f"What was passed to {way} shows in the next call."
            raise Broken(summary, way, usual, got, labels=("a first call asks", "this one asks"))

    search(holds, [way for way in _WAYS if hasattr(subject().made, way.partition("(")[0])])
    _across_threads(subject, wire)


def _failing(client: Client, stage: Any) -> None:
    with stage.suffering({"type": "status", "status": 500}):
        client.invoke("other", stop=["X"], top_p=0.25)


_WAYS: dict[str, Callable[[Client, Any], Any]] = {
    "invoke()": lambda client, _: client.invoke("other", stop=["X"], top_p=0.25),
    "invoke() that failed": _failing,
    "batch()": lambda client, _: client.batch(["other"], stop=["X"], top_p=0.25),
    "stream()": lambda client, _: list(client.stream("other", stop=["X"], top_p=0.25)),
}


def _across_threads(subject: Any, wire: Wire) -> None:
    client: Client = subject()
    subject.stage.clear()

    def ask(number: int) -> str:
        return client.invoke(f"{_WORD} {number}", **({"top_p": number / 100} if number % 2 else {}))

    with ThreadPoolExecutor(_THREADS) as pool:
        answers = list(pool.map(ask, range(_CALLS)))
    formatter = subject.plain_formatter()
    came = {asked.prompts: asked.parameters.get("top_p", UNSAID) for asked in subject.asked()}
    for number, answer in enumerate(answers):
        passed = {"top_p": number / 100} if number % 2 else {}
        meant = wire.asked(formatter.body(f"{_WORD} {number}", passed))
        expected, got = meant.parameters.get("top_p", UNSAID), came.get(meant.prompts, UNSAID)
        if expected != got:
            summary = f"Of {_CALLS} calls in {_THREADS} threads, one sent another's arguments, or none."
            raise Broken(summary, passed, _shown(expected), _shown(got), labels=_SENT)
        if answer != meant.prompts[0]:
            summary = f"Of {_CALLS} calls in {_THREADS} threads, one got another's answer."
            raise Broken(summary, f"{_WORD} {number}", meant.prompts[0], answer)


@check("C04", "stop", subject="client")
def stop(subject: Any, wire: Wire, search: Search) -> None:
    """`stop` of a call arrives as the parameter `stop`, before one of the constructor's; None and [] send nothing.

    A stop word that is lost lets the model write the other side of the conversation too, and an empty list is refused
    by some servers (langchain#38047, #22717). Test `if stop:`, and give the call's words precedence.
    """
    formatter = subject.plain_formatter()
    if "stop" not in wire.asked(formatter.body(_WORD, {"stop": ["X"]})).parameters:
        return  # whatever the formatter does to parameters is for R04 to say

    def holds(case: tuple[dict[str, Any], dict[str, Any], Any]) -> None:
        constructor, call, expected = case
        client = subject(**{"model_kwargs": constructor} if constructor else {})
        asked = subject.asked_by(lambda: client.invoke(_WORD, **call))
        got = asked.parameters.get("stop", UNSAID)
        if got != expected:
            passed = {**({"model_kwargs": constructor} if constructor else {}), **call}
            summary = f"`stop` does not arrive as it should, passing {passed or 'none'}."
            raise Broken(summary, passed, _shown(expected), _shown(got), subject.stage.came[0].body, labels=_SENT)

    search(holds, _STOPS)


_STOPS: tuple[tuple[dict[str, Any], dict[str, Any], Any], ...] = (
    ({}, {"stop": ["X"]}, ["X"]),
    ({}, {"stop": ["\n", '"Y"']}, ["\n", '"Y"']),
    ({}, {}, UNSAID),
    ({}, {"stop": None}, UNSAID),
    ({}, {"stop": []}, UNSAID),
    ({"stop": ["A"]}, {}, ["A"]),
    ({"stop": ["A"]}, {"stop": None}, ["A"]),
    ({"stop": ["A"]}, {"stop": ["B"]}, ["B"]),
)
"""What the constructor is given, what the call is, and the parameter `stop` that is to arrive."""


def _shown(value: Any) -> Told:
    return NOTHING if value is UNSAID else Told(repr(value))


@check("C10", "sync-async-batch", subject="client")
def sync_async_batch(subject: Any, wire: Wire, search: Search) -> None:
    """`invoke`, `ainvoke`, `batch` and `abatch` send the same bytes, and give the same answers in the same order.

    Two roads that are written twice drift apart: one forgets the deployment, or the stop words. Have each of them
    make its request in one place, and return a batch's answers by input, not as they come.
    """
    ways = {name: way for name, way in _ROADS.items() if hasattr(subject().made, name)}

    def taken(name: str) -> tuple[list[str], list[Any]]:
        client = subject(model_kwargs={"temperature": 0.5}, deployment_name=subject.stage.deployment)
        with subject.stage.suffering(latency=_BY_LENGTH):
            answers: list[str] = []
            with suppress(Raised):
                answers = ways[name](client, _PROMPTS)
            return answers, sorted(map(_parts, subject.stage.came))

    answers, sent = taken("invoke")
    if not answers:  # it was refused, for a reason that other checks give
        return
    same_twice = taken("invoke")[1] == sent

    def holds(name: str) -> None:
        other_answers, other_sent = taken(name)
        if same_twice and other_sent != sent:
            mine, other = map(Told, _first_difference(sent, other_sent))
            raise Broken(f"{name}() sends something else than invoke().", name, mine, other, labels=_LABELS)
        if other_answers != answers:
            summary = f"{name}() gives other answers than invoke(), or gives them in another order."
            raise Broken(summary, name, answers, other_answers, labels=_LABELS)

    search(holds, [name for name in ways if name != "invoke"])


_LABELS = ("by invoke()", "by the other")
_PROMPTS = [" ".join([f"w{number}"] * (40 - 10 * number)) for number in range(4)]
_BY_LENGTH = {"type": "tokens", "first_ms": 0, "gap_ms": 0.5}
"""The first prompt's answer, which repeats it, takes longest."""
_OPTIONS = {"stop": ["X"], "top_p": 0.25}
_ROADS: dict[str, Callable[[Client, list[str]], list[str]]] = {
    "invoke": lambda client, prompts: [client.invoke(one, **_OPTIONS) for one in prompts],
    "ainvoke": lambda client, prompts: [client.ainvoke(one, **_OPTIONS) for one in prompts],
    "batch": lambda client, prompts: client.batch(prompts, **_OPTIONS),
    "abatch": lambda client, prompts: client.abatch(prompts, **_OPTIONS),
}


def _parts(call: Any) -> tuple[str, ...]:
    """Give what must be the same of a request, whichever way it was sent."""
    headers = [f"{name}: {call.headers.get(name, UNSAID)}" for name in _COMPARED]
    return (*headers, f"{call.method} {call.path}?{call.query}", call.body.decode("utf-8", "replace"))


_COMPARED = ("authorization", "azureml-model-deployment", "content-type", "accept")


def _first_difference(one: list[Any], other: list[Any]) -> tuple[Any, Any]:
    if len(one) != len(other):
        return f"{len(one)} requests", f"{len(other)} requests"
    return next(
        (mine, its)
        for first, second in zip(one, other, strict=True)
        for mine, its in zip(first, second, strict=True)
        if mine != its
    )
