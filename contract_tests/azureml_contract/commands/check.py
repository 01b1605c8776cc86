"""`azureml-contract check`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from azureml_contract.commands import Commands
from azureml_contract.usage import WrongUsage, guess

if TYPE_CHECKING:
    from azureml_contract.example import Example
    from azureml_contract.plan import Plan
    from azureml_contract.trial import Trial


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what the command takes."""
    check = commands.add_parser("check", help="prove that a formatter, or a client, speaks a wire schema")
    check.set_defaults(run=run)
    check.add_argument("subject", metavar="MODULE:NAME", help="the class of the formatter or the client")
    check.add_argument("--schema", default="", metavar="NAME", help="the wire schema, or the MODULE:NAME of a Wire")
    check.add_argument("--api-type", default="", metavar="TYPE", help="dedicated or serverless (the schema's own)")
    check.add_argument("--formatter", default="", metavar="MODULE:NAME", help="the formatter that a client is given")
    check.add_argument("--check", nargs="+", action="extend", default=[], metavar="ID", help="only these (all)")
    check.add_argument("--examples", type=_count, metavar="N", help="made-up cases for each check (25)")
    check.add_argument("--seed", type=int, metavar="N", help="make up others than always the same")
    check.add_argument("--waive", action="append", default=[], metavar="ID=REASON", help="accept a failure")
    check.add_argument("--replay", default="", metavar="ID", help="say whether it fails with the same input still")
    check.add_argument("--json", metavar="FILE", help="write a line of JSON for each check; - for standard output")
    check.add_argument("--junit", metavar="FILE", help="write JUnit's XML; - for standard output")
    _describe_example(
        check.add_argument_group("a wire of your own", "drawn from an example; a place is as $.inputs[0]")
    )
    _describe_url(
        check.add_argument_group("a running endpoint", "is asked little, slowly, in other checks: L01 to L13")
    )


def _describe_example(group: Any) -> None:
    group.add_argument("--request-example", default="", metavar="FILE", help="a request, as JSON")
    group.add_argument("--prompt-at", default="", metavar="PLACE", help="where its prompt stands")
    group.add_argument("--messages-at", default="", metavar="PLACE", help="for chat, where its messages stand")
    group.add_argument("--parameters-at", default="", metavar="PLACE", help="the object that takes parameters")
    group.add_argument("--response-example", default="", metavar="FILE", help="the answer, as JSON")
    group.add_argument("--text-at", default="", metavar="PLACE", help="where its text stands")


def _describe_url(group: Any) -> None:
    group.add_argument("--url", default="", help="its scoring URL")
    group.add_argument("--key-env", default="", metavar="NAME", help="the environment variable that holds its key")
    group.add_argument("--pace", type=_seconds, metavar="SECONDS", help="between two requests, at the least (0.5)")


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 3600:
        raise ValueError
    return number


_count.__name__, _seconds.__name__ = "count", "number of seconds"


def run(options: argparse.Namespace) -> int:
    """Run it."""
    from azureml_contract import proving
    from azureml_contract.report import whole

    asked = plan(options)
    if options.alone:
        proving.house_hypothesis()
    machine = "-" in (options.json, options.junit)
    out: TextIO = sys.stderr if machine else sys.stdout
    proof = proving.prove(asked, out)
    _write(options, proof.trial, asked)
    print(whole.report(proof.trial, proof.notes, asked.command), file=out)
    if not asked.url:
        proving.remember(asked, proof.trial)
    if options.replay:
        print(whole.replayed(options.replay, proof.trial), file=out)
    if options.traceback:
        proving.show_tracebacks(proof.trial)
    return proof.trial.code


def plan(options: argparse.Namespace) -> "Plan":
    """Make a plan of what was typed. Raises `WrongUsage`."""
    from azureml_contract.plan import Plan

    checks = tuple(options.check)
    if options.replay:
        id_ = options.replay.partition("-")[0]
        if checks and id_.upper() not in [one.upper() for one in checks]:
            raise WrongUsage(
                f"--replay: {options.replay} is of the check {id_}, but --check names {', '.join(checks)}"
            )
        checks = checks or (id_,)
    more = {"examples": options.examples, "pace": options.pace}
    return Plan(
        subject=options.subject,
        schema=options.schema,
        api_type=options.api_type,
        formatter=options.formatter,
        example=_example(options),
        checks=checks,
        seed=options.seed,
        waivers=_waivers(options.waive, options.url),
        url=options.url,
        key_env=options.key_env,
        **{name: value for name, value in more.items() if value is not None},
    )


def _example(options: argparse.Namespace) -> "Example | None":
    """Read what is said about an example. Raises `WrongUsage` if that is not all that is needed."""
    from azureml_contract.example import Example

    given = {
        "--request-example": options.request_example,
        "--prompt-at": options.prompt_at or options.messages_at,
        "--response-example": options.response_example,
        "--text-at": options.text_at,
    }
    if not any(given.values()) and not options.parameters_at:
        return None
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise WrongUsage(f"an example of the wire needs {', '.join(missing)} too")
    if options.prompt_at and options.messages_at:
        raise WrongUsage("expected --prompt-at or --messages-at, not both")
    return Example(
        options.request_example,
        options.response_example,
        options.text_at,
        options.prompt_at,
        options.messages_at,
        options.parameters_at,
    )


def _waivers(given: Sequence[str], url: str) -> dict[str, str]:
    from azureml_contract.catalogue import described
    from azureml_contract.live.checks import LIVE

    known, found = (LIVE if url else described()), {}
    for one in given:
        id_, equals, reason = one.partition("=")
        id_ = id_.strip().upper()
        if id_ not in known:
            raise WrongUsage(f"--waive: there is no check {id_!r}{guess(id_.lower(), map(str.lower, known))}")
        if not equals or not reason.strip():
            raise WrongUsage(f'--waive: expected a reason, as in --waive "{id_}=why"')
        found[id_] = reason.strip()
    return found


def _write(options: argparse.Namespace, trial: "Trial", asked: "Plan") -> None:
    from azureml_contract.report.junit import junit
    from azureml_contract.report.lines import lines

    written = {"--json": "".join(f"{line}\n" for line in lines(trial)), "--junit": junit(trial, asked.command)}
    for option, file in (("--json", options.json), ("--junit", options.junit)):
        if file == "-":
            sys.stdout.write(written[option])
        elif file:
            try:
                Path(file).write_text(written[option], "utf-8")
            except OSError as error:
                raise WrongUsage(f"{option}: {file} cannot be written: {error.strerror or error}") from None
