"""What the pages about the contract kit show: its checks, what the zoo says of them, what LangChain's formatters do.

The last two are found out by running the kit, which takes minutes, and for LangChain's an environment of its own.
"""

import os
import subprocess
from pathlib import Path

from azureml_contract.catalogue import described
from azureml_contract.check import FAMILIES
from azureml_contract.live.checks import LIVE

ROOT = Path(__file__).resolve().parents[1]
LANGCHAIN = ROOT / ".venv-langchain" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
FACTS = "contract_tests/community/contract_facts.py"


def checks(table):
    parts = []
    for letter, family in FAMILIES.items():
        rows = [(one.id, f"`{one.name}`", one.statement) for id_, one in described().items() if id_[0] == letter]
        parts.append(f"**{family.capitalize()}**\n\n{table(['check', 'name', 'statement'], rows)}")
    return "\n\n".join(parts)


def live_checks(table):
    return table(
        ["check", "name", "statement"],
        [(id_, f"`{one.check.name}`", one.check.statement) for id_, one in LIVE.items()],
    )


def about(specimen):
    """What a specimen's docstring says first."""
    return " ".join((specimen.make.__doc__ or "").partition("\n\n")[0].split())


def zoo_row(row):
    """The line of a broken specimen in the kill matrix."""
    specimen = row.specimen
    others = ", ".join(one for one in row.rejecting if one != specimen.killer) or "-"
    kind = "client" if specimen.formatter else "formatter"
    return (specimen.killer, f"`{specimen.name}`", kind, f"`{specimen.schema}`", about(specimen), others)


def correct(table):
    from contract_tests.zoo.specimens import specimens

    named = {}
    for one in specimens():
        if not one.killer:
            named.setdefault((one.name, "client" if one.formatter else "formatter", about(one)), []).append(
                f"`{one.schema}`"
            )
    rows = [(f"`{name}`", kind, ", ".join(schemas), told) for (name, kind, told), schemas in named.items()]
    return table(["correct", "kind", "speaks", "what it is"], rows)


def matrix(table):
    from contract_tests.zoo.matrix import rows

    found = [zoo_row(row) for row in rows()]
    order = list(described())
    found.sort(key=lambda cells: (order.index(cells[0]), cells[1], cells[3]))
    killers = len({cells[0] for cells in found})
    head = ["rejected by", "specimen", "kind", "speaks", "what is wrong with it", "also rejected by"]
    return f"{len(found)} broken ones, rejected by {killers} checks.\n\n{table(head, found)}"


def langchain(_table):
    """Ask LangChain's environment; None where there is none."""
    if not LANGCHAIN.exists():
        return None
    done = subprocess.run([LANGCHAIN, FACTS], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(f"{FACTS}: {done.stderr}")
    return done.stdout.strip()
