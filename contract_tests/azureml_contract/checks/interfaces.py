"""Requests: whether a client can call the formatter at all, and for which kinds of endpoint."""

import inspect
from collections.abc import Callable
from typing import Any

from azureml_contract.attempts import body_or_none
from azureml_contract.broken import Broken, Raised, theirs
from azureml_contract.check import check
from azureml_contract.formatter import TO_BODY, TO_MESSAGES_BODY, TO_TEXT, Formatter, takes_api_type
from azureml_contract.search import Search
from azureml_contract.wire import Wire

_PROMPT = "What is it?"
_VALUES: dict[str, tuple[Any, ...]] = {TO_BODY: (_PROMPT, {}), TO_MESSAGES_BODY: ([], {}), TO_TEXT: (b"",)}


@check("R18", "base-contract")
def base_contract(subject: Any, wire: Wire, search: Search) -> None:
    """Both methods have LangChain's names, and take the api type by position and as `api_type`, or not at all.

    LangChain calls `format_request_payload(prompt, model_kwargs, api_type)` and
    `format_response_payload(output, api_type)`; for conversations, `format_messages_request_payload`. A method that
    is called otherwise, or takes something else, is found out with the first call. Methods without the last argument,
    as they were written before there was one, are fine here.
    """
    formatter = subject()
    asks = TO_MESSAGES_BODY if wire.chat and hasattr(formatter.made, TO_MESSAGES_BODY) else TO_BODY
    for name in (asks, TO_TEXT):
        method = getattr(formatter.made, name, None)
        if not callable(method):
            raise Broken(f"There is no method {name}, which a client calls.", expected=name, got=_methods(formatter))
        _binds(method, name, formatter.api_type)
    answer = wire.answer("It is this.")
    _same(formatter, subject, asks, lambda one: one.body(_PROMPT, {}))
    _same(formatter, subject, TO_TEXT, lambda one: one.text(answer))


def _methods(formatter: Formatter) -> list[str]:
    return [
        name for name in dir(formatter.made) if not name.startswith("_") and callable(getattr(formatter.made, name))
    ]


def _binds(method: Callable[..., Any], name: str, api_type: Any) -> None:
    try:
        signature = inspect.signature(method)
    except (TypeError, ValueError):
        return
    values = _VALUES[name]
    three = takes_api_type(method, len(values)) or "api_type" in signature.parameters
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [(values, {})]
    if three:
        calls = [((*values, api_type), {}), (values, {"api_type": api_type})]
    for positional, named in calls:
        try:
            signature.bind(*positional, **named)
        except TypeError as error:
            how = " by name" if named else ""
            what = f"{name}{signature} cannot be called as a client does"
            shown = f"{len(positional)} by position{', api_type' + how if named else ''}"
            raise Broken(f"{what}: {error}.", expected=shown, got=str(signature)) from None


class _ByName(Formatter):
    """Passes the api type by its name."""

    def _call(self, name: str, *values: Any) -> Any:
        method = getattr(self.made, name)
        if not takes_api_type(method, len(values)):
            return super()._call(name, *values)
        with theirs(name):
            given = method(*values, api_type=self.api_type)
            return self._awaited(given) if inspect.isawaitable(given) else given


def _same(formatter: Formatter, subject: Any, name: str, call: Callable[[Formatter], Any]) -> None:
    try:
        expected = call(formatter)
    except (Broken, Raised):
        return  # other checks say what is wrong with it
    made = subject().made
    try:
        got = call(_ByName(lambda: made, formatter.wire))
    except Raised as raised:
        raise raised.broken(summary=f"{name} raised {raised.name} when `api_type` was passed by its name.") from None
    if got != expected:
        again = call(Formatter(lambda: made, formatter.wire))
        if again == expected:
            raise Broken(f"{name} differs when `api_type` is passed by its name.", expected=expected, got=got)


@check("R20", "api-types")
def api_types(subject: Any, wire: Wire, search: Search) -> None:
    """Each api type in `supported_api_types` works; any other makes no difference, or a ValueError that names it.

    A client looks there before it calls: a type that is declared but raises fails with the first call, and one that
    works but is not declared cannot be used at all (langchain#24061). The default is `dedicated`. A formatter that
    declares nothing takes what comes.
    """
    formatter = subject()
    declared = getattr(formatter.made, "supported_api_types", None)
    if declared is None:
        return
    names = [_name(one) for one in declared]
    _declares(wire, names)
    bodies = {_name(one): _body(subject(), one, True) for one in declared}
    for one in type(formatter.api_type):
        if _name(one) not in names and _name(one) != "realtime":  # which is a former name of dedicated
            other = _body(subject(), one, False)
            if other is not None and other not in bodies.values() and None not in bodies.values():
                summary = f"The api type {_name(one)!r} has a body of its own, but is not in supported_api_types."
                raise Broken(summary, _name(one), names, body=other)


def _declares(wire: Wire, names: list[str]) -> None:
    known = {"dedicated" if name == "realtime" else name for name in names}
    if wire.api_type not in known:
        summary = f"supported_api_types lacks {wire.api_type!r}, so that a client refuses the formatter."
        raise Broken(summary, expected=wire.api_type, got=names, labels=("endpoint", "declared"))


def _body(formatter: Formatter, api_type: Any, declared: bool) -> bytes | None:
    usual = body_or_none(formatter, _PROMPT)
    formatter.api_type = api_type
    name = _name(api_type)
    try:
        return formatter.body(_PROMPT)
    except Broken:
        return None  # it is no body, which R01 says
    except Raised as raised:
        if declared:
            if usual is None:
                return None  # nothing works, which other checks say
            summary = f"supported_api_types declares {name!r}, but {raised.call} raises {raised.name} for it."
            raise raised.broken(name, summary) from None
        if not isinstance(raised.error, ValueError):
            summary = f"The api type {name!r}, which is not declared, raised {raised.name}, which is no ValueError."
            raise raised.broken(name, summary) from None
        if name not in str(raised.error):
            summary = f"The error about the api type {name!r} does not name it."
            raise raised.broken(name, summary) from None
        return None


def _name(api_type: Any) -> str:
    return str(getattr(api_type, "value", api_type))
