"""A run of the live checks, one after the other; what one of them finds decides which others can be asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from azureml_contract import factory
from azureml_contract.inspection import BadWaiver, Inspection
from azureml_contract.live.checks import LIVE, Live
from azureml_contract.live.contact import Contact, LiveClients
from azureml_contract.live.line import Line, address, key_of
from azureml_contract.plan import Plan
from azureml_contract.search import Search
from azureml_contract.trial import Progress, Trial, judged
from azureml_contract.usage import WrongUsage, guess


@dataclass
class LiveProof:
    """What is going to be asked of an endpoint, and by whom."""

    inspection: Inspection
    asked: list[Live]
    line: Line
    notes: list[str] = field(default_factory=list)

    @property
    def announcement(self) -> str:
        """How many requests go where, and how fast."""
        pace = f"{self.line.pace:g} s apart or more"
        more = ", not counting what your client tries again" if self.asked[0].about == "client" else ""
        return f"at most {_most(self.asked)} requests are sent to {self.line.url}, {pace}{more}"

    def run(self, progress: Progress) -> Trial:
        """Ask."""
        trial, begun = Trial(self.inspection), perf_counter()
        hindered: dict[str, list[str]] = {}
        for number, one in enumerate(self.asked, 1):
            progress(number, len(self.asked), one.check)
            if why := self._hindered(one):
                hindered.setdefault(why, []).append(one.check.id)
            else:
                judged(trial, one.check)
        trial.seconds = perf_counter() - begun
        self.notes += [f"not asked, since {why}: {', '.join(ids)}" for why, ids in hindered.items()]
        return trial

    def _hindered(self, one: Live) -> str:
        subject: Any = self.inspection.subject
        if one.needs == "key" and not self.line.key:
            return "there is no key"
        if one.needs == "stream" and not (self.inspection.wire.streams and hasattr(subject.factory.make, "stream")):
            return "it does not stream"
        if one.needs in ("answer", "echo") and not subject.accepted:
            return "the endpoint does not answer"
        if one.needs == "echo" and not subject.echoes:
            return "the endpoint does not say its prompt again, so that nobody sees what it read"
        return ""


class _LiveInspection(Inspection):
    """An inspection whose waivers are of live checks."""

    def __post_init__(self) -> None:
        for id_, reason in self.waivers.items():
            if not reason.strip():
                raise BadWaiver(f"the waiver of {id_} gives no reason")


def _most(asked: list[Live]) -> int:
    """Count the requests there may be; the first one, which others need, is sent whether L01 is asked or not."""
    first = "L01" not in [one.check.id for one in asked] and asked[0].about == "formatter"
    return sum(one.requests for one in asked) + first


@contextmanager
def contacting(plan: Plan) -> Iterator[LiveProof]:
    """Prepare the live checks of a plan. Raises `WrongUsage`; nothing is sent yet."""
    spoken, made = plan.wire(), factory.load(plan.subject)
    about = "client" if plan.is_client(made) else "formatter"
    asked = [one for one in chosen(plan) if one.about == about]
    if not asked:
        raise WrongUsage(f"--check: none of these is asked of a {about} and a running endpoint")
    line = Line(address(plan.url), key_of(plan.key_env), _most(asked), plan.pace)
    ids = [one.check.id for one in asked]
    waivers = {id_: reason for id_, reason in plan.waivers.items() if id_ in ids}
    try:
        if about == "client":
            clients = LiveClients(made, factory.tried(factory.load(plan.formatter)), spoken, line)
            yield LiveProof(_LiveInspection(clients, spoken, Search(0), ids, waivers), asked, line)
            return
        with _emulated(plan, spoken) as ours:
            contact = Contact(factory.tried(made), spoken, line, ours)
            yield LiveProof(_LiveInspection(contact, spoken, Search(0), ids, waivers), asked, line)
    finally:
        line.close()


@contextmanager
def _emulated(plan: Plan, spoken: Any) -> Iterator[Line | None]:
    if plan.example or ":" in plan.schema:
        yield None
        return
    from azureml_contract.stage import KEY, staged

    containers = {"api_type": "local"} if spoken.api_type == "dedicated" and not plan.key_env else {}
    with staged(spoken, **containers) as stage:  # what asks for no key is a container, without a front door
        line = Line(stage.endpoint.url, KEY, 1000, 0.0)
        yield line
        line.close()


def chosen(plan: Plan) -> list[Live]:
    """Give the live checks that a plan names, all if it names none. Raises `WrongUsage`."""
    names = [name.strip() for one in plan.checks for name in one.split(",") if name.strip()]
    found = []
    for name in names:
        meant = [one for one in LIVE.values() if name.lower() in (one.check.id.lower(), one.check.name, "l")]
        if not meant:
            known = [*LIVE, *(one.check.name for one in LIVE.values())]
            raise WrongUsage(
                f"--check: with --url expected one of {', '.join(LIVE)}, not {name!r}{guess(name, known)}"
            )
        found += meant
    return list(dict.fromkeys(found)) if names else list(LIVE.values())
