"""JSON as Python writes it, by an encoder that is made once for all values."""

from collections.abc import Callable
from json import JSONEncoder, encoder
from typing import Any


def writer(ascii_only: bool = True, compact: bool = False, sort_keys: bool = False) -> Callable[[Any], str]:
    """Give what writes a value as `json.dumps` does, NaN included; cycles are not looked for.

    `JSONEncoder.encode` makes a new C encoder for each value, which costs more than to write a short one. The C
    encoder is no public part of `json`: where it is missing, the public way is taken.
    Raises `TypeError`, `ValueError` or `RecursionError` for what is no JSON.
    """
    between, after_key = (",", ":") if compact else (", ", ": ")
    plain = JSONEncoder(
        ensure_ascii=ascii_only, separators=(between, after_key), sort_keys=sort_keys, check_circular=False
    )
    compiled = getattr(encoder, "c_make_encoder", None)
    if compiled is None:
        return plain.encode
    quote = encoder.encode_basestring_ascii if ascii_only else encoder.encode_basestring
    parts = compiled(None, plain.default, quote, None, after_key, between, sort_keys, False, True)
    return lambda value: "".join(parts(value, 0))
