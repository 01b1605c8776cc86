"""What the page about measuring shows: metrics, ways to end, objectives, options, pipelines, and a stall.

The stall is measured, which takes a minute.
"""

import argparse
from pathlib import Path

import stall as stalls

from azureml_bench import cli
from azureml_bench.metrics import metrics as all_metrics
from azureml_bench.outcome import BAD, OUTCOMES

CI = Path(__file__).resolve().parent / "ci"


def metrics(table):
    rows = [(f"`{name}`", one.title, one.unit, formula(one), one.trap) for name, one in all_metrics().items()]
    return table(["metric", "what", "unit", "formula", "trap"], rows)


def formula(metric):
    """A formula as code, what is said of it as it is."""
    code, comma, said = metric.formula.partition(", ")
    return f"`{code}`{comma}{said}"


def outcomes(table):
    rows = [(f"`{one.name}`", one.about, "yes" if one.name in BAD else "no") for one in OUTCOMES]
    return table(["outcome", "a request ended with", "an error"], rows)


def commands():
    """Every command's parser."""
    (found,) = [one for one in cli.parser()._actions if isinstance(one, argparse._SubParsersAction)]
    return found.choices


def options(table, command, without=""):
    """What a command takes, in the order of its help; but for what another one takes as well."""
    other = {(one.dest, one.help) for one in commands()[without]._actions} if without else set()
    rows = []
    for one in commands()[command]._actions:
        if one.dest != "help" and (one.dest, one.help) not in other:
            named = one.option_strings[0] if one.option_strings else one.metavar or one.dest
            takes = f" {one.metavar}" if one.option_strings and isinstance(one.metavar, str) else ""
            rows.append((f"`{named}{takes}`", one.help.replace("%%", "%")))
    return table(["option", "what"], rows)


def pipeline(file):
    """A pipeline, whole."""
    return f"```yaml\n{(CI / file).read_text(encoding='utf-8')}```"


def stall(table):
    return stalls.stall(table)
