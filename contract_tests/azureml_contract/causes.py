"""Likely causes of a breach: each detector recognises one, by what was expected and what was got.

No cause is named that no detector recognised.
"""

import json
from collections.abc import Callable
from typing import Any

from azureml_contract.broken import Broken
from azureml_contract.difference import same

Detector = Callable[[Any, Any], bool]
_detectors: list[tuple[str, Detector]] = []


def cause(told: str) -> Callable[[Detector], Detector]:
    """Make a function, which takes what was expected and what was got, the detector of a cause."""

    def made(detector: Detector) -> Detector:
        _detectors.append((told, detector))
        return detector

    return made


def likely(broken: Broken) -> str:
    """Name the likely cause of a breach, or nothing."""
    return next((told for told, detector in _detectors if detector(broken.expected, broken.got)), "")


def _texts(expected: Any, got: Any) -> bool:
    return isinstance(expected, str) and isinstance(got, str)


@cause("the text is escaped twice; json.dumps already escapes.")
def _double_escape(expected: Any, got: Any) -> bool:
    if not _texts(expected, got) or got == expected:
        return False
    written = json.dumps(expected)
    return got in (written, written[1:-1], json.dumps(expected, ensure_ascii=False)) or (
        got.replace("\\\\", "\\").replace('\\"', '"').strip('"') == expected.strip('"')
        and got.count("\\") != expected.count("\\")
    )


@cause("quotes are put around the text by hand; json.dumps already does that.")
def _quotes(expected: Any, got: Any) -> bool:
    return _texts(expected, got) and got in (f'"{expected}"', f"'{expected}'")


@cause("the text is stripped; its blanks are part of it.")
def _strip(expected: Any, got: Any) -> bool:
    return (
        _texts(expected, got) and got != expected and got in (expected.strip(), expected.lstrip(), expected.rstrip())
    )


@cause("the text is cut off.")
def _truncation(expected: Any, got: Any) -> bool:
    return _texts(expected, got) and got not in ("", expected) and expected.startswith(got)


@cause("values that count as false are dropped: test `is not None`, or do not test at all.")
def _falsy_drop(expected: Any, got: Any) -> bool:
    if not isinstance(expected, dict) or not isinstance(got, dict):
        return False
    lost = [name for name in expected if name not in got]
    return bool(lost) and not any(expected[name] for name in lost) and not got.keys() - expected.keys()


@cause("the parameters stand where the endpoint does not look for them.")
def _wrong_nesting(expected: Any, got: Any) -> bool:
    return isinstance(expected, dict) and expected != {} and (got == {} or _wrapped(expected, got))


def _wrapped(expected: Any, got: Any) -> bool:
    return isinstance(got, dict) and len(got) == 1 and any(same(one, expected) for one in got.values())
