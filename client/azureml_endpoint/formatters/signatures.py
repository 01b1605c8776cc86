"""How a formatter's method wants its arguments: by position or by name, with the api type or without."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

_API_TYPE = frozenset({"api_type", "endpoint_api_type"})


class Signature:
    """One method's way of being called with `count` arguments, and the api type if it has a place for it.

    That is a parameter named `api_type` or `endpoint_api_type`, another positional one without a default, or `*args`.
    """

    def __init__(self, method: Callable[..., Any], count: int) -> None:
        parameters = _parameters(method)
        by_name = [name for name, each in parameters.items() if each.kind is each.KEYWORD_ONLY]
        positional = [each for each in parameters.values() if _is_positional(each)]
        open_ended = any(each.kind is each.VAR_POSITIONAL for each in parameters.values())
        short = 0 if open_ended else max(0, count - len(positional))
        self._names = [name for name in by_name if name not in _API_TYPE][:short]
        self._positional = count - len(self._names)
        self._type_name = next((name for name in parameters if _is_named_type(parameters[name])), None)
        following = positional[count : count + 1]
        self._type_follows = not self._type_name and (
            open_ended or any(each.default is each.empty for each in following)
        )

    def call(self, method: Callable[..., Any], values: tuple[Any, ...], api_type: Any) -> Any:
        """Return what `method` returns for these arguments."""
        extra = (api_type,) if self._type_follows else ()
        named = dict(zip(self._names, values[self._positional :], strict=True))
        if self._type_name:
            named[self._type_name] = api_type
        return method(*values[: self._positional], *extra, **named)


def _parameters(method: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of `method`; of one that does not tell, it is assumed that it takes any."""
    try:
        return inspect.signature(method).parameters
    except (TypeError, ValueError):
        return {"args": inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)}


def _is_positional(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)


def _is_named_type(parameter: inspect.Parameter) -> bool:
    by_name = parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    return by_name and parameter.name in _API_TYPE
