"""Streams: how their bytes are cut, how their lines end, and what else stands between events."""

import re
from typing import Any

from azureml_contract.check import check
from azureml_contract.hearing import Heard, Listener, listening
from azureml_contract.script import DONE, Script, around, as_json, cut, framed, written
from azureml_contract.search import Search
from azureml_contract.wire import Wire

_PLAIN, _SEPARATED = "é𝄞", "é𝄞\u2028"

_LINE_ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}
_NO_LINE_ENDS = {"\u0085": "NEL", "\u2028": "LINE SEPARATOR", "\u2029": "PARAGRAPH SEPARATOR"}


@check("T01", "every-byte-split", subject="client", streams=True)
def every_byte_split(subject: Any, wire: Wire, search: Search) -> None:
    """The text you get of a stream is the same however its bytes are cut.

    A network cuts where it likes: inside a character, a JSON value, a line end. Keep the bytes that do not make a
    whole line yet, and decode whole lines only, or use `codecs.getincrementaldecoder("utf-8")`. It works on your
    machine, where each event comes alone, and fails behind a proxy (vllm#38732, urllib3.future#349, litellm#17493,
    openai-python#649, LMCache#2970).
    """
    from hypothesis import strategies as st

    with listening(subject, wire) as listener:
        if not listener.streams:
            return
        text = _SEPARATED if listener.reads(_SEPARATED, "b") else _PLAIN  # what ends no line is another check's
        events = listener.script.written(text, "b")
        data = b"".join(events)

        places = _places(events, len(listener.script.head))

        def holds(cuts: tuple[int, ...]) -> None:
            where = f"cut after byte {', '.join(map(str, cuts))}" if cuts else "not cut"
            where = "cut into single bytes" if len(cuts) == len(places) else where
            where += f", {around(data, cuts[0])}" if len(cuts) == 1 else ""
            roads = () if len(cuts) in (0, len(places)) or "inside" in where else ("stream",)
            listener.must_read(cut(data, cuts), f"{text}b", f"the stream is {where}", cuts, roads)

        anywhere = st.lists(st.integers(1, len(data) - 1), max_size=6, unique=True).map(sorted).map(tuple)
        search(holds, [(), *((at,) for at in places), tuple(places)], anywhere)


def _places(events: list[bytes], number: int) -> list[int]:
    """Give the places of an event from its text on, those around every line end, and every fifth of what is alike."""
    ends = [sum(map(len, events[:count])) for count in range(1, len(events) + 1)]
    start = ends[number] - len(events[number])
    text = start + events[number].index("é".encode())
    near = {end + by for end in ends for by in range(-2, 4)}
    every = near | set(range(start, start + 8)) | set(range(text - 2, ends[number])) | set(range(start, text, 5))
    return sorted(at for at in every if 0 < at < ends[-1])


@check("T02", "line-ends", subject="client", streams=True)
def line_ends(subject: Any, wire: Wire, search: Search) -> None:
    """Lines of a stream end with LF, CRLF or CR, wherever they are cut, and with nothing else.

    U+0085, U+2028 and U+2029 may stand in JSON as they are, and models do say them; `str.splitlines` and what is
    built on it, such as `iter_lines` of requests and httpx over text, cut the event in two there. Split bytes, at
    these three only, and mind that a CRLF can be cut between its halves (httpx-sse#34, sseclient#9, langgraph#2593,
    dify#39008, evalscope#1642).
    """
    with listening(subject, wire) as listener:
        if not listener.streams:
            return

        def ended(case: tuple[str, tuple[int, ...]]) -> None:
            name, cuts = case
            data = b"".join(listener.script.written("a", "b", line=_LINE_ENDS[name]))
            where = f" and the stream is cut after byte {cuts[0]}, {around(data, cuts[0])}" if cuts else ""
            roads = ("stream",) if cuts else ()
            listener.must_read(cut(data, cuts), "ab", f"lines end with {name}{where}", case, roads)

        def inside(character: str) -> None:
            writes = listener.script.written(f"a{character}b")
            name = f"U+{ord(character):04X} {_NO_LINE_ENDS[character]}"
            listener.must_read(writes, f"a{character}b", f"{name}, which ends no line, stands in the JSON", character)

        cuts = [(name, at) for name, line in _LINE_ENDS.items() for at in [(), *_at_line_ends(listener.script, line)]]
        search(ended, cuts)
        search(inside, _NO_LINE_ENDS)
        _halves(listener, search)


def _halves(listener: Listener, search: Search) -> None:
    """Cut CRLFs between data lines in half: whoever takes that for an empty line ends the event there."""
    events = [as_json(one, indent=1) for one in listener.script.events("a", "b")]
    data = b"".join(framed(one, "\r\n") for one in [*events, DONE])

    def holds(at: int) -> None:
        when = f"a CRLF between two data: lines is cut in half, after byte {at}"
        listener.must_read(cut(data, [at]), "ab", when, at, ["stream"])

    if listener.hear([data]) == Heard("ab"):  # that lines are joined at all is another check's
        start = data.index(b'"a"')
        search(holds, [match.start() + 1 for match in re.finditer(b"\r\n", data) if match.start() > start][:8])


def _at_line_ends(script: Script, line: str) -> list[tuple[int, ...]]:
    """Give the cuts at and inside the line ends after the first text, and of the end of the stream."""
    events = script.written("a", "b", line=line)
    sizes = [sum(map(len, events[:count])) for count in (len(script.head) + 1, len(events))]
    wide = 2 * len(line)
    return [(end - by,) for end in sizes for by in range(wide + 1) if 0 < end - by < sizes[-1]]


_REMARKS: dict[str, tuple[str, bytes]] = {
    "comment": ("a comment stands between events", b": keep-alive\n\n"),
    "empty comment": ("an empty comment stands between events", b":\n\n"),
    "comment line": ("a comment stands before an event's data", b": ping\n"),
    "blank lines": ("there are more blank lines between events", b"\n\n"),
    "event": ("an event: line names the event 'message', as all are that have no name", b"event: message\n"),
    "id": ("an id: line stands before an event's data", b"id: 7\n"),
    "retry": ("a retry: line stands between events", b"retry: 3000\n\n"),
    "unknown": ("a field that nobody knows stands before an event's data", b"origin: proxy\n"),
}


@check("T03", "sse-grammar", subject="client", streams=True)
def sse_grammar(subject: Any, wire: Wire, search: Search) -> None:
    """Whatever server-sent events allow around the data leaves the text of a stream as it is.

    Comments keep connections alive, and proxies add them; other fields are to be ignored; the blank after the colon
    is optional; an event's `data:` lines are joined by LF. `[DONE]` is the end only as the whole of an event's data:
    do not look for it in the text. See the standard, WHATWG HTML 9.2 (term-llm#454).
    """
    from hypothesis import strategies as st

    with listening(subject, wire) as listener:
        if not listener.streams:
            return
        script = listener.script
        events = script.events("a", "b")

        def remarked(names: tuple[tuple[str, ...], ...]) -> None:
            gaps = [b"".join(_REMARKS[name][1] for name in some) for some in names]
            gaps += [b""] * (len(events) + 1 - len(gaps))
            writes = [before + event for before, event in zip(gaps, written(events), strict=True)]
            found = list(dict.fromkeys(name for some in names for name in some))
            when = _REMARKS[found[0]][0] if len(found) == 1 else f"there are, around the events: {', '.join(found)}"
            roads = () if len(set(names)) == 1 else ("stream",)
            listener.must_read(writes, "ab", when if found else "nothing stands between events", names, roads)

        def formed(name: str) -> None:
            when, writes, text = forms[name]
            listener.must_read(writes, text, when, name)

        forms = _forms(script)
        search(formed, forms)
        alone = [((name,),) * len(events) for name in _REMARKS]
        one = st.lists(st.sampled_from(sorted(_REMARKS)), max_size=2).map(tuple)
        search(remarked, alone, st.lists(one, max_size=len(events)).map(tuple))


def _forms(script: Script) -> dict[str, tuple[str, list[bytes], str]]:
    events = script.events("a", "b")
    tight = [framed(as_json(one), field="data:") for one in events]
    indented = [framed(as_json(one, indent=1)) for one in events]
    done = f"say {DONE}, data: {DONE}"
    return {
        "no blank": (
            "no blank follows the colon of data:",
            [*tight, framed(DONE, field="data:")],
            "ab",
        ),
        "several lines": ("an event's JSON stands on several data: lines", [*indented, framed(DONE)], "ab"),
        "[DONE] said": (f"the model says {DONE} in its text", script.written(done), done),
        "line end said": ("the model says line ends", script.written("a\n\ndata: b\r\n:c"), "a\n\ndata: b\r\n:c"),
        "only escapes": (
            "all other than ASCII is escaped in the JSON",
            [*(framed(as_json(one, ensure_ascii=True)) for one in script.events("é", "𝄞")), framed(DONE)],
            "é𝄞",
        ),
    }
