"""Responses: what an answer leaves behind for the next one."""

from typing import Any

from azureml_contract.broken import Broken
from azureml_contract.check import check
from azureml_contract.formatter import Formatter
from azureml_contract.refusal import outcome
from azureml_contract.search import Search
from azureml_contract.wire import Wire

_NO_ANSWER = b"<html>502 Bad Gateway</html>"


@check("S09", "stateless")
def stateless(subject: Any, wire: Wire, search: Search) -> None:
    """What comes of an answer does not depend on the answers before it, nor on failures.

    One formatter reads the answers of many calls. What it keeps on itself, be it the last good answer, a list that
    grows, or a reader that has not been emptied, shows up in somebody else's answer. Keep nothing: let the text
    travel as a return value.
    """
    one, other = wire.answer("one answer"), wire.answer("another, which is longer")
    fresh = {body: outcome(subject(), body) for body in (one, other, _NO_ANSWER)}
    formatter = subject()
    before = "nothing"
    for body, called in [
        (one, "an answer"),
        (other, "another answer"),
        (one, "the first answer again"),
        (_NO_ANSWER, "a failure"),
        (one, "an answer after the failure"),
        (_NO_ANSWER, "another failure"),
    ]:
        _same(formatter, body, fresh[body], f"After {before}, {called} gives something else than it gives alone.")
        before = called


def _same(formatter: Formatter, body: bytes, alone: str, summary: str) -> None:
    got = outcome(formatter, body)
    if got != alone:
        raise Broken(summary, body, alone, got, body, ("alone", "in turn"))
