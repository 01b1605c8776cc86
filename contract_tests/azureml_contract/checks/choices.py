"""Responses: answers with several choices."""

import json
from typing import Any

from azureml_contract.broken import UNSAID, Broken, Raised
from azureml_contract.check import check
from azureml_contract.difference import shown
from azureml_contract.formatter import text_of
from azureml_contract.refusal import refused
from azureml_contract.search import Search
from azureml_contract.wire import Wire
from azureml_emulator.places import value_at, with_value

_FIRST, _SECOND = "the first choice", "the other one"


@check("S13", "several-choices")
def several_choices(subject: Any, wire: Wire, search: Search) -> None:
    """Of an answer with two choices you get the first, or a list of both, and never a mixture.

    Who asks for `n=2` gets two answers to one question. They are alternatives: joined to one text they are something
    that the model never said. Give the first, as OpenAI's clients and LangChain do, give both as a list, or refuse
    them with a `ValueError`. Only wires with a list of `choices` are asked.
    """
    if wire.choices_at is None:
        return
    formatter = subject()
    first, second = (value_at(wire.write(text), (*wire.choices_at, 0)) for text in (_FIRST, _SECOND))
    if isinstance(second, dict) and "index" in second:
        second = {**second, "index": 1}
    body = json.dumps(with_value(wire.write(_FIRST), wire.choices_at, [first, second])).encode()
    if not _lists_both(formatter, body):
        refused(formatter, body, "An answer with two choices", {_FIRST})


def _lists_both(formatter: Any, body: bytes) -> bool:
    try:
        given = formatter.response(body)
    except Raised:
        return False
    if not isinstance(given, list | tuple) or text_of(given) is not None:
        return False
    texts = [text_of(one) for one in given]
    if texts != [_FIRST, _SECOND]:
        raise Broken(f"An answer with two choices gave {shown(texts)}, not both.", body, UNSAID, texts)
    return True
