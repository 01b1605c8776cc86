"""Streams beside plain calls: the same request, the same text, in time, and no longer than anybody listens."""

import json
from collections.abc import Mapping
from time import monotonic
from typing import Any

from azureml_contract.broken import Broken, Refused, Told
from azureml_contract.check import check
from azureml_contract.difference import in_words, same
from azureml_contract.hearing import PATIENCE, Listener, listening
from azureml_contract.script import DONE, as_json, framed
from azureml_contract.search import Search
from azureml_contract.wire import Wire

_SETTINGS: dict[str, Any] = {
    "deployment_name": "default",
    "model_kwargs": {"temperature": 0.5, "max_tokens": 400, "seed": 7},
}
_OPTIONS = {"top_p": 0.9}
_STREAMING = ("stream", "stream_options")
_SAME_HEADERS = ("authorization", "content-type", "azureml-model-deployment", "extra-parameters")
_PROMPTS = ("Hi", 'Say "hi" to é, 𝄞 and {0},  twice.', "one\ntwo\n\n  three\tfour", "null", "</s> \\n")


@check("T07", "stream-is-invoke", subject="client", streams=True)
def stream_is_invoke(subject: Any, wire: Wire, search: Search) -> None:
    """A stream asks what a plain call asks, with the same parameters, headers and URL, and gives the same text.

    Code that builds a request of its own for streams forgets parameters of the constructor, or the deployment, and
    nothing tells you so: another model answers, at another temperature. Build both requests at one place, and add
    `"stream": true`. Join pieces as they are: blanks between words stand at their ends (langchain#24659).
    """
    with listening(subject, wire) as listener:
        listener.reel.films.clear()

        def holds(prompt: str) -> None:
            client = subject(**_SETTINGS)
            calls, texts = [], []
            for call in (client.invoke, client.stream, client.invoke):
                said = call(prompt, **_OPTIONS)
                texts.append(said if isinstance(said, str) else "".join(said))
                calls.append(listener.reel.asked[-1])
            _same_request(calls, wire, prompt)
            if texts[1] != texts[0]:
                summary = "The pieces of a stream, joined, are not the text that a plain call gives."
                raise Broken(summary, prompt, texts[0], texts[1], labels=("invoke() gives", "stream() gives"))

        search(holds, _PROMPTS)


def _same_request(calls: list[Any], wire: Wire, prompt: str) -> None:
    before, streamed, after = calls
    plain, asked = (_asked(wire, one.body) for one in (before, streamed))
    labels = ("invoke() sends", "stream() sends")
    if not same(plain, asked):
        words = in_words(plain, asked)
        summary = f"A stream does not send the parameters of a plain call: {words}."
        raise Broken(summary, prompt, plain, asked, streamed.body, labels)
    one, other = _address(before), _address(streamed)
    if one != other:
        raise Broken(f"A stream is asked for at {other}, and not at {one}.", prompt, one, other, labels=labels)
    headers, others = _headers(before), _headers(streamed)
    if headers != others:
        summary = f"A stream does not send the headers of a plain call: {in_words(headers, others)}."
        raise Broken(summary, prompt, headers, others, labels=labels)
    if _address(after) != one:
        summary = f"After a stream, a plain call goes to {_address(after)}, and no longer to {one}."
        raise Broken(summary, prompt, one, _address(after))


def _asked(wire: Wire, body: bytes) -> Any:
    """Read what a request asks, but for whether it is to be streamed; a parameter of null is none."""
    try:
        asked = wire.asked(body)
    except Refused as refused:
        return f"a body that the endpoint refuses: {refused}"
    given = {name: value for name, value in asked.parameters.items() if name not in _STREAMING and value is not None}
    said: Any = [dict(one) for one in asked.messages] or list(asked.prompts)
    return {"asked": json.loads(json.dumps(said)), **given}


def _address(call: Any) -> str:
    return str(call.path) + (f"?{call.query}" if call.query else "")


def _headers(call: Any) -> Mapping[str, str]:
    return {name: _hidden(name, call.headers[name]) for name in _SAME_HEADERS if name in call.headers}


def _hidden(name: str, value: str) -> str:
    """Show of a key only how it begins."""
    return f"{value[:10]}..." if name == "authorization" else value


_LEFT = 1.0
"""Seconds within which an endpoint knows that nobody listens."""


@check("T08", "early-close", subject="client", streams=True)
def early_close(subject: Any, wire: Wire, search: Search) -> None:
    """Leaving the loop early closes the connection within a second.

    A stream that nobody reads goes on costing: the endpoint writes to its end, and holds a place in the queue. Read
    in a `with` block, or close the response in a `finally` of the generator: Python closes the generator as soon as
    the loop is left.
    """
    with listening(subject, wire) as listener:
        if not listener.streams:
            return
        script = listener.script
        start = b"".join(framed(as_json(one)) for one in [*script.head, script.piece("a")])
        writes = [(0.0, start), *((at / 20, framed(as_json(script.piece("b")))) for at in range(1, 40))]
        for road in listener.roads:
            listener.load(writes)
            listener.follow(road, bool, lambda: listener.reel.left.wait(_LEFT))
            if not listener.reel.left.is_set():
                summary = f"{_LEFT:.0f} s after the loop over {road}() was left, the connection is still open."
                raise Broken(summary, road, Told("the connection is closed"), Told("the endpoint goes on writing"))


_PAUSE = 0.2
"""Seconds from the first piece to the second."""

_TRIES = 4


@check("T09", "timing", subject="client", streams=True)
def timing(subject: Any, wire: Wire, search: Search) -> None:
    """The first piece is with you before the endpoint sends the second.

    That is what streams are for. Reads of a fixed size wait until so many bytes are there, `iter_lines` of requests
    until 512 are, or until the next line is begun: read what there is (`read1`, `iter_content(None)`, `aiter_raw`),
    and give an event when its empty line has come.
    """
    with listening(subject, wire) as listener:
        if not listener.streams and wire.api_type != "serverless":
            return
        if not listener.streams:
            summary = "stream() does not ask for a stream: all of the text comes at once."
            raise Broken(summary, "Hi", Told('"stream": true in the request'), Told("a plain call"))
        script = listener.script
        first, second = [[*script.head, script.piece("a")], [script.piece("b"), *script.tail]]
        end = _PAUSE + 0.05
        writes = [
            (0.0, b"".join(framed(as_json(one)) for one in first)),
            (_PAUSE, b"".join(framed(as_json(one)) for one in second[:1])),
            (end, b"".join(framed(as_json(one)) for one in second[1:]) + framed(DONE)),
        ]

        for road in listener.roads:
            waits: list[float] = []
            while len(waits) < _TRIES and min(waits, default=_PAUSE) >= _PAUSE:  # a busy machine may be late, too
                waits.append(_wait(listener, road, writes))
            if min(waits) < _PAUSE:
                continue
            summary = f"{road}() keeps the first piece back: it comes when the endpoint has sent the second, or more."
            took = Told(f"after {min(waits) * 1000:.0f} ms at best")
            raise Broken(summary, road, Told(f"the first piece within {_PAUSE * 1000:.0f} ms"), took)


def _wait(listener: Listener, road: str, writes: list[tuple[float, bytes]]) -> float:
    """Measure the seconds to the first piece that has a text."""
    listener.load(writes)
    begun = monotonic()
    came: list[float] = []

    def take(piece: str) -> bool:
        if piece:
            came.append(monotonic())
        return False

    listener.follow(road, take)
    return came[0] - begun if came else PATIENCE
