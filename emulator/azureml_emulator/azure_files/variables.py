"""What a deployment's environment variables tell its container, as far as that shows in its answers."""

from collections.abc import Mapping
from typing import Any

SCORING_TIMEOUT_MS = "SCORING_TIMEOUT_MS"
"""How many milliseconds azmlinfsrv gives run(); an hour, where it is not set (read in its code, 1.5.1)."""

IMITATED = frozenset({SCORING_TIMEOUT_MS})


def told(variables: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the deployment's settings that its environment variables stand for, unchecked as they were said."""
    given = (variables or {}).get(SCORING_TIMEOUT_MS)
    return {} if given is None else {"scoring_timeout_ms": given}
