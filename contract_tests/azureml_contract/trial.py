"""A run of an inspection, check by check, which goes on where the kit itself stumbles."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from azureml_contract.check import Check
from azureml_contract.inspection import Inspection
from azureml_contract.usage import WrongUsage
from azureml_contract.verdict import Verdict

Progress = Callable[[int, int, Check], None]
"""Is told before each check its number, how many there are, and which it is."""


@dataclass(frozen=True)
class Crash:
    """A check during which the kit, not what it checks, went wrong."""

    check: Check
    error: BaseException
    seconds: float = 0.0

    @property
    def told(self) -> str:
        """What happened, in a line."""
        said = " ".join(str(self.error).split())[:200]
        return (
            f"the check {self.check.id} itself failed ({type(self.error).__name__}{': ' if said else ''}{said});"
            " please report it, with what --traceback shows"
        )


@dataclass
class Trial:
    """What came of a run: verdicts in their order, and crashes; `seconds` is how long it took."""

    inspection: Inspection
    verdicts: list[Verdict] = field(default_factory=list)
    crashes: list[Crash] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def bad(self) -> list[Verdict]:
        """The verdicts by which the contract is broken."""
        return [one for one in self.verdicts if one.bad]

    @property
    def code(self) -> int:
        """The exit code: 0, the contract is kept; 1, it is broken; 3, the kit failed."""
        return 3 if self.crashes else int(bool(self.bad))


def run(inspection: Inspection, progress: Progress) -> Trial:
    """Run all checks of an inspection."""
    trial, begun = Trial(inspection), perf_counter()
    asked = inspection.checks
    for number, check in enumerate(asked, 1):
        progress(number, len(asked), check)
        judged(trial, check)
    trial.seconds = perf_counter() - begun
    return trial


def judged(trial: Trial, check: Check) -> None:
    """Add what comes of one check. Raises `WrongUsage` where it turns out that nothing can be asked."""
    begun = perf_counter()
    try:
        trial.verdicts.append(trial.inspection.judge(check))
    except WrongUsage:
        raise
    except Exception as error:  # noqa: BLE001  what a check may raise comes as a verdict
        trial.crashes.append(Crash(check, error, perf_counter() - begun))
