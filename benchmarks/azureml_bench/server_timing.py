"""Reads the header `server-timing` (W3C Server Timing): what the server says of its own time."""

import re
from collections.abc import Mapping
from types import MappingProxyType

_ENTRIES = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
_ENTRY = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)")
_DURATION = re.compile(r";\s*dur\s*=\s*\"?(\d+(?:\.\d*)?)", re.IGNORECASE)
_NOTHING: Mapping[str, float] = MappingProxyType({})


def stages(header: str) -> Mapping[str, float]:
    """Give the duration of each stage in milliseconds; what has none, or cannot be read, is left out."""
    if not header:
        return _NOTHING
    found = {}
    for entry in _ENTRIES.findall(header):
        named = _ENTRY.match(entry)
        duration = _DURATION.search(entry, named.end()) if named else None
        if named and duration:
            found[named[1]] = float(duration[1])
    return found
