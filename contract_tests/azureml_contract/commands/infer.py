"""`azureml-contract infer`."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from azureml_contract.commands import Commands
from azureml_contract.usage import WrongUsage

if TYPE_CHECKING:
    from azureml_contract.likeness import Likeness

MOST = 8
"""Schemas that are shown beside those that fit."""


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what the command takes."""
    infer = commands.add_parser("infer", help="find out which wire schema a formatter speaks")
    infer.set_defaults(run=run)
    infer.add_argument("formatter", metavar="MODULE:NAME", help="the formatter's class")
    infer.add_argument("--all", action="store_true", help="show every schema that was tried")


def run(options: argparse.Namespace) -> int:
    """Run it; 1 is that no schema fits."""
    from azureml_contract import factory
    from azureml_contract.likeness import likenesses

    made = factory.load(options.formatter)
    if hasattr(made.make, "invoke") and not hasattr(made.make, "format_response_payload"):
        raise WrongUsage(f"{made.name} is a client; expected the formatter that it is given")
    tried = likenesses(factory.tried(made))
    best = spoken(tried)
    for one in best:
        print(_fits(made.name, one, tried))
    if not best:
        print(_none(made.name))
    others = [one for one in _closest(tried) if not one.whole]
    shown = others if options.all else others[:MOST]
    if shown:
        print("What keeps it from others:")
        width = max(len(one.schema) for one in shown)
        for one in shown:
            print(f"  {one.schema.ljust(width)}  {one.api_type.ljust(10)}  {_differs(one)}")
    for one in best:
        own = "" if one.own else f" --api-type {one.api_type}"
        print(f"Prove it:  azureml-contract check {made.name} --schema {one.schema}{own}")
    return int(not best)


def spoken(tried: "Sequence[Likeness]") -> "list[Likeness]":
    """Give the schema that fits best for each kind of endpoint, as far as one fits; `tried` is sorted."""
    found: dict[str, Likeness] = {}
    for one in tried:
        if one.whole and one.own:
            found.setdefault(one.api_type, one)
    return list(found.values()) or [one for one in tried if one.whole][:1]


def _fits(name: str, one: "Likeness", tried: "Sequence[Likeness]") -> str:
    also = [
        other.schema
        for other in tried
        if other.whole and other.own and other.api_type == one.api_type and other.schema != one.schema
    ]
    sure = "likely" if one.changed else "certain"
    lines = [
        f"{name} speaks {one.schema} ({one.api_type}), {sure}: prompt and parameters arrive, the answer is read."
    ]
    if one.changed:
        lines.append(f"  But {one.changed}.")
    if also:
        lines.append(f"  Endpoints of these take the same body, and answer alike: {', '.join(also)}.")
    return "\n".join(lines)


def _none(name: str) -> str:
    return (
        f"{name} speaks none of the known schemas. Its own can be drawn from an example:\n"
        f"  azureml-contract check {name} --request-example FILE --prompt-at PLACE --response-example FILE"
        " --text-at PLACE"
    )


def _closest(tried: "Sequence[Likeness]") -> "list[Likeness]":
    """Give for each schema the kind of endpoint on which it comes closest, if it does at all."""
    found: dict[str, Likeness] = {}
    for one in tried:
        if one.points:
            found.setdefault(one.schema, one)
    return list(found.values())


def _differs(one: "Likeness") -> str:
    return "; ".join(filter(None, (one.request, one.parameters, one.answer)))
