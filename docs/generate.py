"""Write the tables of the documentation, which come from the code. `--check` only says what is out of date.

Some are found out by running things for minutes; `--quick` leaves these as they are, and so does `--check`.
"""

import argparse
import ast
import importlib.util
import inspect
import json
import re
import sys
import textwrap
from itertools import pairwise
from pathlib import Path

import benchmark_tables
import contract_tables

import azureml_endpoint
import azureml_endpoint.errors
from azureml_emulator import cli, config, errors
from azureml_emulator.admin import Admin
from azureml_emulator.answers import AnswerSource, Condition, Rule
from azureml_emulator.answers.template import GAPS
from azureml_emulator.api_type import DEDICATED, SERVERLESS
from azureml_emulator.assertions import Expected
from azureml_emulator.endpoint import Deployment, Endpoint, RequestSettings, changeable
from azureml_emulator.engine import Engine
from azureml_emulator.faults import Fault
from azureml_emulator.inference_servers import INFERENCE_SERVERS
from azureml_emulator.latency import Distribution, Latency
from azureml_emulator.model_catalog import families
from azureml_emulator.rate_limit import RateLimit
from azureml_emulator.recording import cassette
from azureml_emulator.recording.replay import Replay
from azureml_emulator.request import Request
from azureml_emulator.retry_after import RetryAfter
from azureml_emulator.scenario import Scenario, Step
from azureml_emulator.schemas import all_schemas
from azureml_emulator.simulation import Arrivals
from azureml_emulator.variant import explained, settings_of, shared_of
from azureml_endpoint.retries import RetryPolicy

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))
PAGES = [
    "README.md",
    "benchmarks/README.md",
    *(one.relative_to(ROOT).as_posix() for one in sorted(ROOT.glob("docs/*.md"))),
]
SECTION = re.compile(r"(<!-- generated: (?P<name>[a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in lines)


def prose(thing):
    """A docstring as one paragraph."""
    return " ".join(inspect.getdoc(thing).split())


def shapes():
    kinds = dict.fromkeys(one.api_type.name for one in all_schemas().values())
    rows = [
        (kind, ", ".join(f"`{name}`" for name, one in all_schemas().items() if one.api_type.name == kind))
        for kind in kinds
    ]
    return table(["api type", "shapes"], rows)


def _paths(schema):
    return ", ".join(f"`{path}`" for path in schema.paths)


def evidence():
    rows = [(f"`{name}`", _paths(one), one.about, one.evidence) for name, one in all_schemas().items()]
    return table(["schema", "paths", "for", "evidence"], rows)


def models():
    rows = [
        (", ".join(f"`{one}`" for one in names), one.api_type.name, f"`{one.name}`", one.about, one.evidence)
        for one, names in families()
    ]
    return table(["models", "api type", "schema", "what", "evidence"], rows)


def replay():
    return table(["setting", "default", "what"], [(f"`{name}`", *rest) for name, *rest in explained(Replay)])


def prose_and_code(module):
    """A module's docstring but for its title, what is indented as a block."""
    parts = inspect.getdoc(module).split("\n\n")[1:]
    return "\n\n".join(f"```text\n{textwrap.dedent(one)}\n```" if one.startswith(" ") else one for one in parts)


def options_of(command):
    parser = cli.parser()._subparsers._group_actions[0].choices[command]
    options = [one for one in parser._actions if one.dest != "help"]
    rows = [(f"`{one.option_strings[0] if one.option_strings else one.metavar}`", one.help) for one in options]
    return table(["option", "what"], rows)


def settings():
    described = config.json_schema()
    parts = []
    within = described["$defs"]
    owners = {"The file": described, "An endpoint": within["Endpoint"], "A deployment": within["Deployment"]}
    owners["Its `request_settings`"] = within["RequestSettings"]
    for title, owner in owners.items():
        settings = owner["properties"].items()
        rows = [(f"`{name}`", _default(name, one, owner), one["description"]) for name, one in settings]
        parts.append(f"**{title}**\n\n{table(['setting', 'default', 'what'], rows)}")
    return "\n\n".join(parts)


def _default(name, setting, owner):
    if name in owner.get("required", ()):
        return "required"
    default = setting.get("default")
    return "" if default in (None, [], {}) or isinstance(default, list) else f"`{json.dumps(default)}`"


def family(root):
    rows = []
    for name, member in sorted(root.members().items()):
        given = ", ".join(f"`{one}`" for one in settings_of(member)) or "none"
        rows.append((f"`{name}`", given, prose(member)))
    return table(["type", "settings", "what"], rows)


def faults():
    """A table for each room of faults, with what each setting means."""
    rooms = {}
    for member in Fault.members().values():
        rooms.setdefault(sys.modules[member.__module__], []).append(member)
    return "\n\n".join(f"**{prose(room)}**\n\n{_in_full(Fault, members)}" for room, members in rooms.items())


def _in_full(root, members):
    rows = []
    for member in members:
        own = [row for row in explained(member) if row[0] not in shared_of(root)]
        given = "<br>".join(f"`{name}` ({default or 'none'}): {what}" for name, default, what in own)
        rows.append((f"`{member.kind}`", prose(member), given))
    return table(["type", "what", "settings"], rows)


def gaps():
    own = [(f"`${name}`", what) for name, (what, _) in GAPS.items()]
    inner = [
        ("`${parameters.NAME}`", "a generation parameter; further dots lead into objects"),
        ("`${header.NAME}`", "a header of the request, but none that carries a key"),
    ]
    return table(["gap", "filled with"], [*own, *inner])


def rules():
    return table(["setting", "what"], [(f"`{name}`", what) for name, _, what in explained(Rule)])


def set_apart(root, inner):
    """Give the members of a family that are not in a family within it."""
    return [member for name, member in root.members().items() if name not in inner.members()]


def shared(root):
    member = next(iter(root.members().values()))
    rows = [row for row in explained(member) if row[0] in shared_of(root)]
    return table(["setting", "default", "what"], [(f"`{name}`", default, what) for name, default, what in rows])


def admin():
    routes = Admin(Engine(), lambda _: "").routes
    return table(["route", "what"], [(f"`{method} {path}`", prose(one)) for (method, path), one in routes.items()])


def changeable_settings():
    settings = ", ".join(f"`{name}`" for name in changeable(Endpoint))
    of_one = ", ".join(f"`{name}`" for name in changeable(Deployment))
    return f"An endpoint's settings that can change: {settings}.\n\nA deployment's: {of_one}."


def expected():
    (owner,) = ast.parse(inspect.getsource(Expected)).body
    told = [(one.target.id, text.value.value) for one, text in pairwise(owner.body) if isinstance(one, ast.AnnAssign)]
    return table(["what", "is"], [(f"`{name}`", " ".join(text.split())) for name, text in told])


def scenario():
    parts = {"A scenario": Scenario, "A step": Step}
    head = ["setting", "default", "what"]
    tables = []
    for title, one in parts.items():
        rows = [(f"`{name}`", default, what) for name, default, what in explained(one)]
        tables.append(f"**{title}**\n\n{table(head, rows)}")
    return "\n\n".join(tables)


def api_types():
    return table(["api type", "how"], [(one.name, prose(type(one))) for one in (DEDICATED, SERVERLESS)])


def inference_servers():
    return table(["server", "how"], [(f"`{name}`", prose(type(one))) for name, one in INFERENCE_SERVERS.items()])


def differences():
    """Read the table that the comparison with Microsoft's server holds to; it is data alone."""
    spec = importlib.util.spec_from_file_location("differences", ROOT / "contract_tests/microsoft/differences.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    head = ["Microsoft's", "the emulator", "why"]
    answers = [(one.microsoft, one.emulator, one.reason) for one in module.DIFFERENCES]
    documents = [(one.microsoft, one.emulator, one.reason) for one in module.DOCUMENTS]
    return f"In answers:\n\n{table(head, answers)}\n\nIn `/swagger.json`:\n\n{table(head, documents)}"


def error_rows(root):
    for one in root.__subclasses__():
        yield from error_rows(one)
        if not one.__name__.startswith("_"):
            yield one


def error_table():
    door = [
        (one.status, f"`{one.text}`" if one.text else "empty", prose(one)) for one in error_rows(errors.DoorError)
    ]
    container = [(one.status, one.llm_status, prose(one)) for one in error_rows(errors.ContainerError)]
    return "\n\n".join(
        [
            "By the front door:",
            table(["status", "body", "when, and how we know"], door),
            "By the container:",
            table(["dedicated", "serverless", "when, and how we know"], container),
        ]
    )


def formatters():
    named = [getattr(azureml_endpoint, name) for name in azureml_endpoint.__all__ if name.endswith("Formatter")]
    return table(["formatter", "for"], [(f"`{one.__name__}`", prose(one)) for one in named])


def client_errors():
    return "```text\n" + inspect.getdoc(azureml_endpoint.errors).partition("\n\n")[2] + "\n```"


def retries():
    return inspect.getdoc(RetryPolicy).partition("\n\n")[2]


def of_class(owner):
    """The settings of a class that is no part of a family."""
    rows = [(f"`{name}`", default and f"`{default}`", what) for name, default, what in explained(owner)]
    return table(["setting", "default", "what"], rows)


GENERATED = {
    "rate limit": lambda: of_class(RateLimit),
    "request settings": lambda: of_class(RequestSettings),
    "retry after": lambda: family(RetryAfter),
    "formatters": formatters,
    "client errors": client_errors,
    "retries": retries,
    "shapes": shapes,
    "evidence": evidence,
    "models": models,
    "serve": lambda: options_of("serve"),
    "record": lambda: options_of("record"),
    "replay": replay,
    "cassette": lambda: prose_and_code(cassette),
    "simulate": lambda: options_of("simulate"),
    "arrivals": lambda: family(Arrivals),
    "settings": settings,
    "answers": lambda: family(AnswerSource),
    "distributions": lambda: _in_full(Latency, Distribution.members().values()),
    "other latencies": lambda: _in_full(Latency, set_apart(Latency, Distribution)),
    "gaps": gaps,
    "rules": rules,
    "conditions": lambda: family(Condition),
    "faults in full": faults,
    "when faults strike": lambda: shared(Fault),
    "admin": admin,
    "changeable": changeable_settings,
    "expected": expected,
    "scenario": scenario,
    "api types": api_types,
    "inference servers": inference_servers,
    "differences": differences,
    "errors": error_table,
    "ids": lambda: prose(Request),
    "checks": lambda: contract_tables.checks(table),
    "live checks": lambda: contract_tables.live_checks(table),
    "correct specimens": lambda: contract_tables.correct(table),
    "metrics": lambda: benchmark_tables.metrics(table),
    "outcomes": lambda: benchmark_tables.outcomes(table),
    "bench run": lambda: benchmark_tables.options(table, "run"),
    "bench compare": lambda: benchmark_tables.options(table, "compare", without="run"),
    "bench report": lambda: benchmark_tables.options(table, "report", without="run"),
    "bench client": lambda: benchmark_tables.options(table, "client"),
    "bench locust": lambda: benchmark_tables.options(table, "locust", without="run"),
    "github actions": lambda: benchmark_tables.pipeline("github-actions.yml"),
    "azure pipelines": lambda: benchmark_tables.pipeline("azure-pipelines.yml"),
}
SLOW = {
    "kill matrix": lambda: contract_tables.matrix(table),
    "langchain": lambda: contract_tables.langchain(table),
    "stall": lambda: benchmark_tables.stall(table),
}
"""What takes minutes; None stands for what cannot be found out here."""


def section(found, quick):
    """Give a generated section anew, or as it is."""
    name = found["name"]
    if name in GENERATED:
        text = GENERATED[name]()
    elif quick:
        return found[0]
    else:
        print(f"{name}: this takes minutes", file=sys.stderr, flush=True)
        text = SLOW[name]()
    return found[0] if text is None else f"{found[1]}{text}\n{found[3]}"


def written(quick):
    """Give the text that every generated file should have."""
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        yield page, SECTION.sub(lambda found: section(found, quick), text)
    yield "docs/emulator.schema.json", json.dumps(config.json_schema(), indent=2) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    check = options.check
    stale = []
    for page, text in written(options.quick or check):
        file = ROOT / page
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            stale.append(page)
            if not check:
                file.write_text(text, encoding="utf-8")
    print("\n".join(f"{page}: {'out of date' if check else 'written'}" for page in stale) or "all up to date")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
