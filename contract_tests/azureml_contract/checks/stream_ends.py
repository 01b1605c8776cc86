"""Streams that do not go as one expects: errors after the status 200, ends too early, events that say nothing."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from azureml_contract.broken import Broken, Told
from azureml_contract.check import check
from azureml_contract.hearing import Heard, Listener, listening
from azureml_contract.script import DONE, Script, around, as_json, excerpt, framed, written
from azureml_contract.search import Search
from azureml_contract.wire import Wire

_MESSAGE = "the engine ran out of memory"
_ERROR = {"error": {"message": _MESSAGE, "type": "InternalServerError", "param": None, "code": 500}}
_ERROR_EVENTS = {
    "an error event": framed(as_json(_ERROR)),
    "an error event that is named so": b"event: error\n" + framed(as_json(_ERROR)),
}


@check("T04", "mid-stream-error", subject="client", streams=True)
def mid_stream_error(subject: Any, wire: Wire, search: Search) -> None:
    """An error event in mid-stream raises with its message, and the text so far is not lost.

    The status was 200 long before the model failed, so that the error comes as an event, `data: {"error": ...}`. A
    client that looks for `choices` only takes half an answer for a whole one, or raises a KeyError that says nothing.
    The text so far counts as kept if its pieces were given before, or if the exception has it as an attribute
    (litellm#32086, litellm#40578, any-llm#847).
    """
    with listening(subject, wire) as listener:
        if not listener.streams:
            return

        def holds(case: tuple[int, str, bool]) -> None:
            number, name, done = case
            said = "ab"[:number]
            before = listener.script.events(*said)[: len(listener.script.head) + number]
            writes = [*written(before)[:-1], _ERROR_EVENTS[name], *([framed(DONE)] if done else [])]
            where = f"after {said!r}" if said else "before any text"
            for road in listener.roads:
                _hears_error(listener.hear(writes, road), road, said, f"{name} {where}", case)

        search(
            holds, [(number, name, done) for number in range(3) for name in _ERROR_EVENTS for done in (True, False)]
        )


def _hears_error(heard: Heard, road: str, said: str, where: str, case: Any) -> None:
    wanted = Told(f"an error that says {_MESSAGE!r}")
    if heard.raised is None:
        summary = f"{road}() takes {where} for the end of the answer: nothing is raised."
        raise Broken(summary, case, wanted, Told(f"the text {heard.text!r}"))
    chain = list(_chain(heard.raised.error))
    if not any(_MESSAGE in str(one) for one in chain):
        summary = f"What {road}() raises at {where} does not say what the event says."
        raise Broken(summary, case, wanted, Told(heard.told))
    kept = (value for one in chain for value in getattr(one, "__dict__", {}).values())
    if heard.text != said and said not in kept:
        summary = f"The text that came before {where} is lost: {road}() gave no piece of it, and the error has none."
        raise Broken(summary, case, said, heard.text)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


@check("T05", "truncation", subject="client", streams=True)
def truncation(subject: Any, wire: Wire, search: Search) -> None:
    """A stream that ends with neither `[DONE]` nor a finish reason raises, or warns, and never goes on for ever.

    Proxies and servers that are shut down end a stream as if nothing were wrong: the last chunk of HTTP comes, but
    not the end of the answer. If it looks complete, half an answer is stored and shown. Remember whether the end
    came, and raise if not; a warning, or a line of level WARNING in the log, will do (langchain#16219,
    litellm#32159).
    """
    with listening(subject, wire) as listener:
        if not listener.streams:
            return
        data, places = _cuts(listener.script)
        with _told() as usual:
            listener.hear(listener.script.written("a", "b"))

        def holds(case: tuple[int, bool]) -> None:
            at, torn = case
            for road in listener.roads if at in places[::8] else ("stream",):
                with _told() as told:
                    heard = listener.hear([data[:at]], road, torn)
                if heard.raised is None and len(told) <= len(usual):
                    where = f"after byte {at}, {around(data, at)}" if at else "before its first byte"
                    how = "breaks off" if torn else "ends"
                    summary = f"A stream that {how} {where}, looks complete to {road}(): nothing is raised."
                    got = Told(f"the text {heard.text!r}")
                    raise Broken(summary, case, Told("an error, or a warning"), got, excerpt([data[:at]]))

        search(holds, [(at, False) for at in places] + [(at, True) for at in places[::12]])


def _cuts(script: Script) -> tuple[bytes, list[int]]:
    """Give a stream, and places before its finish reason: around the ends of events, and in the second text's."""
    events = script.written("a", "b")
    data = b"".join(events)
    number = len(script.head) + 2
    ends = [sum(map(len, events[:count])) for count in range(number + 1)]
    places = {end + by for end in ends for by in range(-3, 9)} | set(range(ends[-2], ends[-1], 9))
    over = data.index(b'"stop"')
    return data, sorted(at for at in places if 0 <= at < over)


@contextmanager
def _told() -> Iterator[list[str]]:
    """Collect what is warned of, and logged as a warning or worse, while the block lasts."""
    told: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: told.append(record.name)  # type: ignore[method-assign]
    handler.addFilter(lambda record: record.name != "asyncio")
    logging.getLogger().addHandler(handler)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield told
        told += [str(one.message) for one in warned if issubclass(one.category, UserWarning | RuntimeWarning)]
    finally:
        logging.getLogger().removeHandler(handler)


@check("T06", "odd-chunks", subject="client", streams=True)
def odd_chunks(subject: Any, wire: Wire, search: Search) -> None:
    """Events that say nothing, or come together, leave the text of a stream as it is.

    Valid streams begin with a role and no text, have events without choices (for the usage, and for the content
    filter), `"content": null`, empty deltas, and fields that are new. Ask for each place before you look into it, and
    expect any number of events in what you read at once (openai-python#663).
    """
    with listening(subject, wire) as listener:
        if not listener.streams:
            return
        odd = _odd(listener)

        def holds(when: str) -> None:
            listener.must_read(odd[when], "ab", when, when)

        search(holds, odd)


_USAGE = {"prompt_tokens": 2, "completion_tokens": 2, "total_tokens": 4}


def _odd(listener: Listener) -> dict[str, list[bytes]]:
    """Give odd streams by when they come."""
    script = listener.script
    head, (first, second), tail = script.head, (script.piece("a"), script.piece("b")), script.tail
    whole = [*head, first, second, *tail]
    bare = {name: value for name, value in first.items() if name != "usage"}
    known = [{name: value for name, value in one.items() if name != "usage"} for one in tail]
    empty = {**bare, "choices": []}
    streams = {
        "an event without choices comes first": [empty, *whole],
        "an event without choices comes between others": [*head, first, empty, second, *tail],
        "the usage comes last, in an event without choices": [
            *head,
            first,
            second,
            *known,
            {**empty, "usage": _USAGE},
        ],
        "each event has a usage of null": [*({**one, "usage": None} for one in [*head, first, second, *known])],
        "the usage stands beside the finish reason": [
            *head,
            first,
            second,
            *known[:-1],
            {**known[-1], "usage": _USAGE},
        ],
        "an event says an empty text": [*head, first, script.piece(""), second, *tail],
        "events have fields that nobody knows": [_with_more(one) for one in whole],
        "pieces have no finish_reason and no logprobs": [*head, _less(first), _less(second), *tail],
        **(_odd_deltas(script) if _DELTA in first["choices"][0] else {}),
    }
    events = {when: written(some) for when, some in streams.items()}
    data = written(whole)
    joined = b"".join(data)
    half = len(b"".join(data[:2])) - 30
    return {
        **events,
        "the whole stream comes at once": [joined],
        "two events come at once": [b"".join(data[at : at + 2]) for at in range(0, len(data), 2)],
        "an event and a part of the next come at once": [joined[:half], joined[half:]],
    }


_DELTA = "delta"


def _odd_deltas(script: Script) -> dict[str, list[Any]]:
    first, second, tail = script.piece("a"), script.piece("b"), script.tail
    last = tail[-1]["choices"][0]

    def delta(**given: Any) -> Any:
        return {**first, "choices": [{**first["choices"][0], _DELTA: given}]}

    bare_end = {**tail[-1], "choices": [{**last, _DELTA: {}}]}
    role = {"role": "assistant"}
    return {
        "the first event has a role alone": [delta(**role), first, second, *tail],
        "the first event has a role, and a content of null": [delta(**role, content=None), first, second, *tail],
        "there is no event with a role": [first, second, *tail],
        "the role stands beside the text": [delta(**role, content="a"), delta(**role, content="b"), *tail],
        "a delta is empty": [*script.head, first, delta(), second, *tail],
        "a content is null": [*script.head, first, delta(content=None), second, *tail],
        "the last delta is empty": [*script.head, first, second, *tail[:-1], bare_end],
        "the last content is null": [
            *(*script.head, first, second, *tail[:-1]),
            {**bare_end, "choices": [{**last, _DELTA: {"content": None}}]},
        ],
    }


def _with_more(event: Any) -> Any:
    choices = [{**one, "stop_reason": None, "content_filter_results": {}} for one in event["choices"]]
    more: dict[str, Any] = {"system_fingerprint": "fp", "prompt_filter_results": [], "service_tier": None}
    if choices and _DELTA in choices[0]:
        choices[0][_DELTA] = {**choices[0][_DELTA], "refusal": None, "reasoning_content": None}
    return {**event, **more, "choices": choices}


def _less(event: Any) -> Any:
    kept = [
        {name: one[name] for name in one if name not in ("finish_reason", "logprobs")} for one in event["choices"]
    ]
    return {**event, "choices": kept}
