"""What is to be measured, as a file and as a message: options, from which every process makes the same plan.

There is no key in it, only the name of the environment variable that holds one.
"""

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azureml_bench.options import describe_load, describe_target, plan
from azureml_bench.usage import WrongUsage

if TYPE_CHECKING:
    from azureml_bench.plan import Plan

VERSION = 1
HEADERS = "AZUREML_BENCH_HEADERS"
_FILES = ("body", "prompts", "ca")


@dataclass(frozen=True)
class Order:
    """What the master tells its workers.

    `options` are those of `azureml-bench run` that were given. `workers` is how many are expected. `samples` says
    whether each request's row is sent to the master as well. `objectives` are what is asked of the run, as typed.
    `headers` is how many the caller adds, which like the key are in the environment of workers only.
    """

    url: str
    options: Mapping[str, Any] = field(default_factory=dict)
    workers: int = 1
    samples: bool = True
    objectives: tuple[str, ...] = ()
    headers: int = 0
    version: int = VERSION

    def plan(self, *, key: bool = True) -> "Plan":
        """Make the plan; without the `key`, where nothing is sent. Raises `WrongUsage`."""
        options = _typed([])
        unknown = self.options.keys() - vars(options).keys()
        if unknown:
            raise WrongUsage(f"the plan has an option {min(unknown)!r}, which this version does not know")
        given = {**vars(options), **self.options}
        if key:
            given["header"] = _headers(self.headers)
        else:
            given["key_env"] = ""
        return plan(argparse.Namespace(**given), self.url)

    def document(self) -> dict[str, Any]:
        """Write it as JSON has it."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @staticmethod
    def of(document: Mapping[str, Any], place: str) -> "Order":
        """Read what `document` wrote. Raises `WrongUsage` that names the place."""
        expected = {one.name for one in fields(Order)}
        if document.get("version") != VERSION or document.keys() != expected:
            raise WrongUsage(f"{place}: expected a plan of `azureml-bench locust`, version {VERSION}")
        return Order(**{**document, "objectives": tuple(document["objectives"])})

    def write(self, file: Path) -> None:
        """Write it into a file."""
        file.write_text(json.dumps(self.document(), indent=2) + "\n", encoding="utf-8")


def read(file: Path) -> Order:
    """Read a plan's file. Raises `WrongUsage` that says what was expected."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        document = None
    return Order.of(document if isinstance(document, dict) else {}, str(file))


def given(options: argparse.Namespace) -> dict[str, Any]:
    """Give the options of the endpoint and the load that somebody typed, headers left out; files by whole paths."""
    found = {}
    for name, usual in vars(_typed([])).items():
        value = vars(options)[name]
        if name != "header" and (value != usual or type(value) is not type(usual)):
            found[name] = str(Path(value).resolve()) if name in _FILES else value
    kind, _, rest = found.get("arrivals", "").partition(":")
    if kind == "trace":
        file, hash_sign, column = rest.rpartition("#") if "#" in rest else (rest, "", "")
        found["arrivals"] = f"trace:{Path(file).resolve()}{hash_sign}{column}"
    return found


def environment(headers: Sequence[str]) -> dict[str, str]:
    """Give what the environment of workers has to have for the caller's headers."""
    return {HEADERS: json.dumps(list(headers))} if headers else {}


def _headers(count: int) -> list[str]:
    try:
        found = json.loads(os.environ.get(HEADERS, "[]"))
    except ValueError:
        found = None
    if not isinstance(found, list) or len(found) != count or not all(isinstance(one, str) for one in found):
        raise WrongUsage(f"{HEADERS}: expected the {count} headers of the plan in the environment, as a JSON list")
    return found


def describe(parser: Any) -> None:
    """Add what else the command takes that a plan has."""
    parser.add_argument(
        "--retries", type=int, default=0, metavar="N", help="send again what failed, and tell it apart (0)"
    )


def _typed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(add_help=False)
    describe_target(parser)
    describe_load(parser)
    describe(parser)
    return parser.parse_args(arguments)
