"""What somebody wants checked, in plain values: it can be kept, told as a command, and done again."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from azureml_contract import factory, wire
from azureml_contract.catalogue import described
from azureml_contract.client import Clients
from azureml_contract.example import BadExample, Example
from azureml_contract.factory import Factory
from azureml_contract.formatter import TO_BODY, TO_TEXT
from azureml_contract.inspection import Formatters, Inspection
from azureml_contract.search import DEFAULT_EXAMPLES, Search
from azureml_contract.selection import selected
from azureml_contract.usage import WrongUsage, guess
from azureml_contract.wire import Wire

API_TYPES = ("dedicated", "serverless")
NEEDS_PARAMETERS = "R04"
"""The check that cannot be asked where nobody knows the place of the parameters."""

_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("subject", "schema", "api_type", "formatter", "url", "key_env"), (str,)),
    "checks": (list, tuple),
    "examples": (int,),
    "seed": (int, type(None)),
    "waivers": (dict,),
    "pace": (int, float),
}
"""What kinds of values a plan has."""


@dataclass(frozen=True)
class Plan:
    """A formatter, or a client and the formatter it is given, each as `module:Name`, and how to check it.

    The wire is that of a schema, by its name or as the `module:NAME` of a `Wire`, or it is drawn from an example.
    With a `url` that endpoint is asked, `pace` seconds between two requests; its key is in the environment variable
    `key_env`, and nowhere else.
    """

    subject: str
    schema: str = ""
    api_type: str = ""
    formatter: str = ""
    example: Example | None = None
    checks: Sequence[str] = ()
    examples: int = DEFAULT_EXAMPLES
    seed: int | None = None
    waivers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    key_env: str = ""
    pace: float = 0.5

    @classmethod
    def of(cls, kept: Any) -> Self:
        """Read what `plain` wrote. Raises `TypeError` or `ValueError` for anything else."""
        if not isinstance(kept, dict) or not isinstance(kept.get("subject"), str):
            raise ValueError("expected a plan")
        known = {one.name: kept[one.name] for one in fields(cls) if one.name in kept}
        if known.get("example") is not None:
            known["example"] = Example(**known["example"])
        made = cls(**known)
        for name, kinds in _KINDS.items():
            if type(getattr(made, name)) not in kinds:
                raise ValueError(f"expected another {name}")
        return made

    def plain(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return asdict(self)

    def with_only(self, id_: str) -> Self:
        """Give the plan of one check alone, which nobody lets fail."""
        return replace(self, checks=(id_,), waivers={})

    @property
    def command(self) -> str:
        """The command that does it, without the checks; it holds on another machine too."""
        words = ["azureml-contract", "check", self.subject]
        if self.example:
            words += _options(self.example)
        for option, value in (("schema", self.schema), ("api-type", self.api_type), ("formatter", self.formatter)):
            words += [f"--{option}", value] if value else []
        words += [] if self.examples == DEFAULT_EXAMPLES else ["--examples", str(self.examples)]
        words += ["--url", self.url] if self.url else []
        words += ["--key-env", self.key_env] if self.key_env else []
        words += [] if self.seed is None else ["--seed", str(self.seed)]
        return shlex.join(words)

    def wire(self) -> Wire:
        """Give the wire. Raises `WrongUsage`."""
        if self.api_type and self.api_type not in API_TYPES:
            known = " or ".join(API_TYPES)
            raise WrongUsage(f"--api-type: expected {known}, not {self.api_type!r}{guess(self.api_type, API_TYPES)}")
        if self.example:
            if self.schema:
                raise WrongUsage("expected --schema or an example of the wire, not both")
            try:
                return self.example.wire(self.api_type)
            except BadExample as error:
                raise WrongUsage(str(error)) from None
        if not self.schema:
            raise WrongUsage("expected --schema NAME, or an example of the wire (--request-example and what follows)")
        if ":" in self.schema:
            found, _ = factory.imported(self.schema)
            if not isinstance(found, Wire):
                raise WrongUsage(f"--schema: expected {self.schema} to be a Wire, found a {type(found).__name__}")
            return replace(found, api_type=self.api_type) if self.api_type else found
        return _known(self.schema, self.api_type)

    @contextmanager
    def staged(self) -> Iterator[Inspection]:
        """Give the inspection; for a client, its endpoint lives as long as the block. Raises `WrongUsage`."""
        spoken, made = self.wire(), factory.load(self.subject)
        search, only = Search(self.examples, self.seed), self.chosen(spoken)
        if not self.is_client(made):
            yield Inspection(Formatters(factory.tried(made), spoken), spoken, search, only, self.waivers)
            return
        from azureml_contract.stage import staged

        formatter = factory.tried(factory.load(self.formatter))
        with staged(spoken) as stage:
            yield Inspection(Clients(made, formatter, spoken, stage), spoken, search, only, self.waivers)

    def chosen(self, spoken: Wire) -> list[str]:
        """Give the ids of the checks to run, none for all that suit. Raises `WrongUsage`."""
        only = [id_ for name in self.checks for id_ in _selected(name)]
        if self.leaves_out and (not only or NEEDS_PARAMETERS in only):
            from azureml_contract.check import all_checks

            only = [one for one in only or all_checks() if one != NEEDS_PARAMETERS]
        return only

    @property
    def leaves_out(self) -> str:
        """Why a check is left out, or nothing."""
        if self.example is None or self.example.parameters_place() is not None:
            return ""
        return (
            f"{NEEDS_PARAMETERS} is left out: --parameters-at says where parameters stand in {self.example.request}"
        )

    def is_client(self, made: Factory) -> bool:
        """Tell whether it is a client that is checked. Raises `WrongUsage` where that cannot be."""
        formats = any(hasattr(made.make, one) for one in (TO_BODY, TO_TEXT))
        if self.formatter and formats:
            raise WrongUsage(f"{made.name} is a formatter itself; --formatter is for clients, which have invoke")
        if not self.formatter and not formats and hasattr(made.make, "invoke"):
            raise WrongUsage(f"{made.name} is a client; expected --formatter MODULE:NAME, the formatter it is given")
        return bool(self.formatter)


def _selected(name: str) -> list[str]:
    try:
        return selected(name)
    except ValueError as error:
        known = [word for id_, one in described().items() for word in (id_.lower(), one.name)]
        raise WrongUsage(f"--check: {error}{guess(name, known)}") from None


def _options(example: Example) -> list[str]:
    words = ["--request-example", example.request]
    for option, value in (
        ("prompt-at", example.prompt_at),
        ("messages-at", example.messages_at),
        ("response-example", example.response),
        ("text-at", example.text_at),
        ("parameters-at", example.parameters_at),
    ):
        words += [f"--{option}", value] if value else []
    return words


def _known(name: str, api_type: str) -> Wire:
    speaking = schemas()
    if name not in speaking:
        raise WrongUsage(
            f"--schema: there is no schema {name!r} that answers with text{guess(name, speaking)};"
            " `azureml-contract list --schemas` names them"
        )
    return wire.known(name, api_type)


def schemas() -> dict[str, Any]:
    """Give by name the emulator's schemas that answer with a text."""
    from azureml_emulator.schemas import all_schemas

    return {name: one for name, one in all_schemas().items() if one.speaks}
