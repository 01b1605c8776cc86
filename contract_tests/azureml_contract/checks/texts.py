"""Responses: what becomes of the text that the model said."""

from typing import Any

from azureml_contract.broken import Broken
from azureml_contract.check import check
from azureml_contract.corpus import TEXTS
from azureml_contract.generators import texts
from azureml_contract.search import Search
from azureml_contract.wire import Wire

_LABELS = ("server said", "you get")
_FORMS: tuple[dict[str, Any], ...] = ({}, {"ensure_ascii": False}, {"indent": 2}, {"sort_keys": True})


@check("S01", "text-exact")
def text_exact(subject: Any, wire: Wire, search: Search) -> None:
    """The text you get is the text that the model said, however its JSON is written.

    Servers differ in spacing, in the order of keys and in what they escape; none of that is part of the text, and
    all of the text is (mistral.rs#2326, llama.cpp#23535).
    """
    formatter = subject()

    def holds(text: str) -> None:
        for form in _FORMS:
            body = wire.answer(text, **form)
            got = formatter.text(body)
            if got != text:
                raise Broken("The text you get is not what the model said.", text, text, got, body, _LABELS)

    search(holds, TEXTS, texts())
