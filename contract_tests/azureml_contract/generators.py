"""What Hypothesis makes up: texts, parameters, JSON values. Beside the curated inputs of `corpus`."""

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


def texts() -> st.SearchStrategy[str]:
    """Give any text that has UTF-8, and joins of curated ones."""
    joins = st.lists(st.sampled_from(sorted(one for one in TEXTS if len(one) < 50)), min_size=2, max_size=5)
    return st.text(max_size=40) | joins.map("".join)


def nested(leaves: int = 5) -> st.SearchStrategy[Any]:
    """Give any JSON value."""
    return st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=leaves,
    )


def parameters() -> st.SearchStrategy[dict[str, Any]]:
    """Give parameters that any endpoint takes: well-known ones as they are meant, and any value for one's own."""
    return st.fixed_dictionaries(
        {},
        optional={
            "temperature": st.floats(0, 2) | st.integers(0, 2),
            "top_p": st.floats(0, 1) | st.none(),
            "max_tokens": st.integers(0, 4096),
            "do_sample": st.booleans(),
            "seed": st.integers(-(2**31), 2**31),
            "stop": st.none() | st.lists(st.text(max_size=3), max_size=2),
            "custom": nested(),
            "another": SCALARS,
        },
    )
