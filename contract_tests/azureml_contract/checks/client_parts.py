"""Clients: what they are made of, the content formatter and the HTTP client that are passed to them."""

from contextlib import suppress
from typing import Any

from azureml_contract.broken import UNSAID, Broken, Raised, Told
from azureml_contract.check import check
from azureml_contract.client import LEFT_OUT
from azureml_contract.search import Search
from azureml_contract.wire import Wire

_WORD = "word"
_EXPECTED = Told("an error that names content_formatter")
_PASSED = Told("http_client=...")
_ANSWER = "from the client that was passed"


@check("C08", "missing-formatter", subject="client")
def missing_formatter(subject: Any, wire: Wire, search: Search) -> None:
    """Without a content formatter you get an error that names it, at construction or at the first call at the latest.

    `AttributeError: 'NoneType' object has no attribute ...` sends its reader into your code, and not to the argument
    that was forgotten (langchain#8566). Look at `content_formatter` first, and name it in a ValueError or TypeError.
    """

    def holds(value: Any) -> None:
        shown = Told(f"content_formatter={value}")
        subject.stage.clear()
        try:
            answer = subject(content_formatter=value).invoke(_WORD)
        except Raised as raised:
            error = raised.error
        else:
            if [one.status for one in subject.stage.endpoint.calls] == [200]:  # it has one of its own
                return
            raise Broken("Without a content formatter, a call just gives a text.", shown, got=answer)
        told = Told(f"{type(error).__name__}: {error}")
        if isinstance(error, AttributeError) or "formatter" not in str(error).lower():
            summary = f"Without a content formatter, the error does not say so: {type(error).__name__}."
            raise Broken(summary, shown, _EXPECTED, told, labels=("expected", "it raised"))
        if subject.stage.came:
            raise Broken("Without a content formatter, something is sent.", shown, body=subject.stage.came[0].body)

    search(holds, [LEFT_OUT, None])


class StandIn:
    """An HTTP client that answers by itself, by the method that LangChain's client has."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def call(self, body: Any, *values: Any, **options: Any) -> bytes:
        """Answer."""
        return self._answer


@check("C09", "injected-http-client", subject="client")
def injected_http_client(subject: Any, wire: Wire, search: Search) -> None:
    """An `http_client` that you pass is what calls go through, or it is refused; it is never silently replaced.

    Who passes one has a reason: a proxy, a certificate, a test. If requests leave by another way, the test calls the
    real endpoint, and pays. LangChain's interface is `call(body, ...) -> bytes`; refuse any other at construction.
    """
    subject.stage.clear()
    answer: Any = UNSAID
    with suppress(Raised):
        answer = subject(http_client=StandIn(wire.answer(_ANSWER))).invoke(_WORD)
    if subject.stage.came:
        summary = "The http_client that was passed is not used: the request went to the endpoint by another way."
        raise Broken(summary, _PASSED, got=subject.stage.came[0].body, labels=("", "the endpoint got"))
    if answer is not UNSAID and answer != _ANSWER:
        raise Broken("What the http_client answered is not what you get.", _PASSED, _ANSWER, answer)
