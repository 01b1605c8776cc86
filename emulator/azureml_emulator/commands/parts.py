"""`azureml-emulator faults`, `latencies`, `answers`: the parts that a configuration chooses by name."""

import argparse
from functools import partial
from importlib import import_module
from typing import Any

from azureml_emulator.commands import Commands
from azureml_emulator.errors import ConfigError

_FAMILIES = {
    "conditions": ("azureml_emulator.answers", "Condition", "when", "what rules of answers go by"),
    "answers": ("azureml_emulator.answers", "AnswerSource", "answer", "where answers come from"),
    "faults": ("azureml_emulator.faults", "Fault", "faults", "what can be made to go wrong"),
    "latencies": ("azureml_emulator.latency", "Latency", "latency", "how long answers can take"),
}


def describe(commands: Commands) -> None:
    """Say what the commands take."""
    for name, (module, family, setting, what) in _FAMILIES.items():
        command = commands.add_parser(name, help=f"list {what}, each with an example, or show one with its settings")
        command.set_defaults(run=partial(run, module, family, setting))
        command.add_argument("name", nargs="?", metavar="NAME", help="the one to show")


def run(module: str, family: str, setting: str, options: argparse.Namespace) -> int:
    """Run it."""
    import inspect

    from azureml_emulator import table
    from azureml_emulator.spelling import nearest
    from azureml_emulator.variant import explained, shared_of

    root = getattr(import_module(module), family)
    members = root.members()
    if options.name is None:
        for member in members.values():
            print(f"{member.kind}\n    {_in_short(member)}\n    {_yaml(_written(member, setting))}\n")
        if shared := shared_of(root):
            rows = [row for row in explained(member) if row[0] in shared]
            print(f"all of them take, too:\n{table.columns([('SETTING', 'DEFAULT', 'WHAT'), *rows])}")
        return 0
    if options.name not in members:
        raise ConfigError(
            f"no {options.name!r}; expected one of {', '.join(sorted(members))}{nearest(options.name, members)}"
        )
    member = members[options.name]
    rows = explained(member)
    print(f"{member.kind}: {inspect.getdoc(member)}\n\nfor example:\n{_yaml(_written(member, setting))}")
    print("\n" + table.columns([("SETTING", "DEFAULT", "WHAT"), *rows]) if rows else "")
    return 0


def _written(member: Any, setting: str) -> dict[str, Any]:
    example = member.example_setting()
    return {setting: [example] if setting == "faults" else example}


def _in_short(member: type) -> str:
    """Give the first paragraph of a docstring, in a line."""
    import inspect

    return (inspect.getdoc(member) or "").partition("\n\n")[0].replace("\n", " ")


def _yaml(value: Any) -> str:
    import yaml

    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1000, allow_unicode=True).strip()[
        1:-1
    ]
