"""What a formatter turned out to be like, as far as it is not what LangChain's own look like today."""

import inspect
from typing import Any

from azureml_contract.broken import Broken, Raised
from azureml_contract.formatter import TO_BODY, TO_MESSAGES_BODY, TO_TEXT, Formatter, takes_api_type
from azureml_contract.inspection import Inspection

_PLAIN = "some plain words"


def seen(inspection: Inspection) -> list[str]:
    """Say it, a line each."""
    if inspection.subject.kind != "formatter":
        return []
    try:
        formatter: Formatter = inspection.subject()
    except Raised:  # which the checks tell
        return []
    return [*_signatures(formatter), *_values(formatter)]


def _signatures(formatter: Formatter) -> list[str]:
    chat = formatter.wire.chat
    found = []
    to_body = TO_MESSAGES_BODY if chat and hasattr(formatter.made, TO_MESSAGES_BODY) else TO_BODY
    for name, values in ((to_body, 2), (TO_TEXT, 1)):
        method = getattr(formatter.made, name, None)
        if method is None:
            found.append(f"it has no {name}")
            continue
        if not takes_api_type(method, values):
            found.append(f"{name} takes no api_type, as LangChain's did at first")
        if inspect.iscoroutinefunction(method):
            found.append(f"{name} is async; LangChain's clients do not await it")
    if chat and to_body == TO_BODY:
        found.append(f"it has no {TO_MESSAGES_BODY}; conversations are given to {TO_BODY}")
    return found


def _values(formatter: Formatter) -> list[str]:
    found = []
    body = _given(lambda: formatter.request(_PLAIN))
    if isinstance(body, str):
        found.append(f"{TO_BODY} returns str; it is sent as UTF-8")
    answer = _given(lambda: formatter.response(formatter.wire.answer(_PLAIN)))
    if isinstance(answer, str):
        found.append(f"{TO_TEXT} returns str; LangChain's clients expect an object with .text, such as a Generation")
    return found


def _given(ask: Any) -> Any:
    try:
        return ask()
    except (Broken, Raised):  # which the checks tell
        return None
