"""Responses: what becomes of the text that the model said."""

import json
from typing import Any

from azureml_contract.broken import Broken, Raised
from azureml_contract.check import check
from azureml_contract.corpus import BLANK_AROUND, TEXTS
from azureml_contract.formatter import Formatter
from azureml_contract.generators import texts
from azureml_contract.search import Search
from azureml_contract.wire import Wire
from azureml_emulator.places import with_value

_LABELS = ("server said", "you get")
_FORMS: tuple[dict[str, Any], ...] = ({}, {"ensure_ascii": False}, {"indent": 2}, {"sort_keys": True})
_LONG = 1_200_000


@check("S01", "text-exact")
def text_exact(subject: Any, wire: Wire, search: Search) -> None:
    """The text you get is the text that the model said, however its JSON is written.

    Servers differ in spacing, in the order of keys, in what they escape and whether a line end follows; none of that
    is part of the text, and all of the text is (mistral.rs#2326, llama.cpp#23535). Return the value that `json.loads`
    gives as it is: no `strip()`, no `replace()`, no second decoding.
    """
    formatter = subject()

    def holds(text: str) -> None:
        for form in _FORMS:
            _arrives(formatter, text, wire.answer(text, **form))
        _arrives(formatter, text, wire.answer(text) + b"\n")

    search(holds, TEXTS, texts())


@check("S08", "whitespace")
def whitespace(subject: Any, wire: Wire, search: Search) -> None:
    """Blanks and line ends around the text survive, and so does a text of nothing else, or of nothing at all.

    A model that continues a prompt says where a word ends by a blank, and code is indented: `strip()` glues words
    together and breaks the code. langchain-community strips the answers of serverless endpoints. An empty answer is
    one too: `if not text: raise` turns it into an error, `text or None` into None.
    """
    formatter = subject()

    def holds(text: str) -> None:
        _arrives(formatter, text, wire.answer(text))

    search(holds, BLANK_AROUND)


@check("S11", "big-response")
def big_response(subject: Any, wire: Wire, search: Search) -> None:
    """An answer of 1.2 million characters arrives whole.

    Nothing in an answer's form says how long it may be. A limit, a fixed buffer, or a regular expression in place of
    `json.loads` shows only when a model says more than it did in the tests.
    """
    formatter = subject()

    def holds(sentence: str) -> None:
        text = (sentence * (_LONG // len(sentence) + 1))[: _LONG - 1] + "."
        try:
            got = formatter.text(json.dumps(with_value(wire.write(sentence), wire.text_at, text)).encode())
        except Raised as raised:
            raise raised.broken(sentence, f"An answer of {_LONG:,} characters raised {raised.name}.") from None
        if got != text:
            summary = f"Of an answer of {_LONG:,} characters, {len(got):,} arrived."
            raise Broken(summary, sentence, text, got, labels=_LABELS)

    search(holds, ["This is more than a buffer. "])


def _arrives(formatter: Formatter, text: str, body: bytes) -> None:
    got = formatter.text(body)
    if got != text:
        raise Broken("The text you get is not what the model said.", text, text, got, body, _LABELS)
