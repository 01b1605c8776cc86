"""What came of one check."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from azureml_contract.broken import Broken
from azureml_contract.check import Check

Outcome = Literal["passed", "failed", "waived", "stale"]


@dataclass(frozen=True)
class Verdict:
    """A check, and what came of it.

    `failed` has the `broken` contract; `waived` has it too, and the `reason` why it is accepted; `stale` is a waiver
    that nothing needs any more, which is as bad as a failure, since it would hide the next one.
    """

    check: Check
    outcome: Outcome
    broken: Broken | None = None
    reason: str = ""
    seconds: float = 0.0

    @property
    def bad(self) -> bool:
        """Whether the contract is not kept, or a waiver is stale."""
        return self.outcome in ("failed", "stale")

    @property
    def replay(self) -> str:
        """What names this failure: the check, and four digits of its input."""
        if self.broken is None:
            return ""
        digest = hashlib.blake2b(repr(self.broken.case).encode("utf-8", "surrogatepass"), digest_size=2)
        return f"{self.check.id}-{digest.hexdigest()}"
