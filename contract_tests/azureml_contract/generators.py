"""What Hypothesis makes up: texts, parameters, JSON values. Beside the curated inputs of `corpus`."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from math import prod
from typing import Any

from hypothesis import strategies as st

from azureml_contract.corpus import TEXTS

SCALARS: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
"""What JSON has besides lists and objects."""


_CURATED = sorted((one for one in TEXTS if len(one) < 50), key=lambda one: (len(one), one))


@cache
def texts() -> st.SearchStrategy[str]:
    """Give any text that has UTF-8, and joins of curated ones."""
    return st.text(max_size=40) | st.integers(0, len(_CURATED) ** 4 - 1).map(_joined)


def _joined(number: int) -> str:
    """Join the curated texts that a number's digits stand for: one draw is much faster than one for each of them."""
    return "".join(_CURATED[digit] for digit in _digits(number, len(_CURATED)))


def _digits(number: int, base: int) -> Iterator[int]:
    while number:
        number, digit = divmod(number, base)
        yield digit


def nested(leaves: int = 5) -> st.SearchStrategy[Any]:
    """Give any JSON value."""
    return st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=leaves,
    )


_WELL_KNOWN: dict[str, tuple[Any, ...]] = {
    "temperature": (0, 0.0, 1, 0.7, 1.0, 2),
    "top_p": (0, 0.0, 1, 0.95, None),
    "max_tokens": (0, 1, 4096),
    "do_sample": (False, True),
    "seed": (0, -1, 2**31),
    "stop": ([], None, ["\n"], ["a", "</s>"]),
    "another": ("", 0, False, None, [], {}),
}
"""Parameters of model cards and references, with values that they may have."""


def parameters() -> st.SearchStrategy[dict[str, Any]]:
    """Give parameters that any endpoint takes: well-known ones as they are meant, and any value for one's own."""
    combinations = prod(len(values) + 1 for values in _WELL_KNOWN.values())
    own = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=2)
    return st.integers(0, combinations - 1).map(_combined) | own.map(lambda value: {"custom": value})


def _combined(number: int) -> dict[str, Any]:
    """Give the combination that has this number: of each parameter one of its values, or none."""
    found = {}
    for name, values in _WELL_KNOWN.items():
        number, digit = divmod(number, len(values) + 1)
        if digit:
            found[name] = deepcopy(values[digit - 1])
    return found
