"""The checks as their source describes them: read without being run, so that nobody waits for a list."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from inspect import cleandoc
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from azureml_contract.check import FAMILIES, Check, all_checks

CHECKS = Path(__file__).parent / "checks"


@cache
def described() -> Mapping[str, Check]:
    """Give every check by its id, in the order of `all_checks`. They cannot be run."""
    try:
        found = [one for path in sorted(CHECKS.rglob("*.py")) for one in _read(path.read_text("utf-8"))]
    except (OSError, SyntaxError, TypeError, ValueError):  # installed without sources, or written in another way
        return all_checks()
    order = {letter: place for place, letter in enumerate(FAMILIES)}
    found.sort(key=lambda one: (order[one.id[0]], one.id))
    return MappingProxyType({one.id: one for one in found})


def _read(source: str) -> Iterator[Check]:
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in function.decorator_list:
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check":
                values: list[Any] = [ast.literal_eval(one) for one in call.args]
                named = {str(one.arg): ast.literal_eval(one.value) for one in call.keywords}
                statement, _, explanation = cleandoc(ast.get_docstring(function) or "").partition("\n\n")
                given = dict(zip(("id", "name", "subject", "chat", "streams"), values, strict=False)) | named
                yield Check(statement=" ".join(statement.split()), explanation=explanation, run=_unread, **given)


def _unread(*_: Any) -> NoReturn:
    raise NotImplementedError("this check was described only; all_checks() gives those that run")
