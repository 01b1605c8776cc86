"""Which clients somebody asked for, and what all of them can be asked."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from azureml_bench import clients, shape
from azureml_bench.usage import WrongUsage
from azureml_bench.wire import Wire
from azureml_emulator.spelling import nearest

_USUAL = ("gpt2", "chat", "completions")
"""Wire schemas in the order in which one is chosen, where nobody says which."""
_USUALLY_FIRST = "requests-session"
"""With which others are compared, where nobody says it."""
_PLACE = re.compile(r"\w+(\.\w+)*:\w+(\.\w+)*")


class Wanted(NamedTuple):
    """A client that somebody asked for: its name or `MODULE:FACTORY`, and the interpreter that has it."""

    label: str
    client: str
    python: str
    formatter: str = ""
    about: str = ""


def floor() -> Wanted:
    """Give what stands beside all clients."""
    return Wanted(clients.FLOOR, clients.FLOOR, sys.executable, about=_about(clients.FLOOR))


def wanted(names: Sequence[str], pythons: Sequence[str], formatter: str = "") -> list[Wanted]:
    """Read what was typed; without names, every client that is known. Raises `WrongUsage`."""
    if formatter and not _PLACE.fullmatch(formatter):
        raise WrongUsage(f"--formatter {formatter!r}: expected MODULE:NAME")
    chosen = list(names) or sorted(
        set(clients.names()) - {clients.FLOOR}, key=lambda one: (one != _USUALLY_FIRST, one)
    )
    everywhere, single = sys.executable, {}
    for one in pythons:
        name, given, path = one.rpartition("=")
        if given and name not in chosen:
            raise WrongUsage(f"--python {one}: expected PATH or CLIENT=PATH with one of {', '.join(chosen)}")
        if given:
            single[name] = _interpreter(path)
        else:
            everywhere = _interpreter(path)
    met: Counter[str] = Counter()
    found = []
    for name in chosen:
        if not _PLACE.fullmatch(name) and clients.module(name) is None:
            known = clients.names()
            raise WrongUsage(f"{name!r}: expected MODULE:FACTORY or one of {', '.join(known)}{nearest(name, known)}")
        met[name] += 1
        label = name if met[name] == 1 else f"{name} ({met[name]})"
        found.append(Wanted(label, name, single.get(name, everywhere), formatter, _about(name)))
    return found


def speaks(client: str) -> frozenset[str]:
    """Say which wire schemas a client has words for; empty where it takes any."""
    module = None if ":" in client else clients.module(client)
    found: frozenset[str] = module.SPEAKS if module else frozenset()
    return found


def speaking(asked: Sequence[Wanted], schema: str) -> list[Wanted]:
    """Give those of them that speak a wire schema. Raises `WrongUsage` if none does."""
    found = [one for one in asked if not speaks(one.client) or schema in speaks(one.client)]
    if not found:
        raise WrongUsage(f"--schema {schema}: none of these clients speaks it")
    return found


def common_schema(asked: Iterable[Wanted]) -> str:
    """Choose the wire schema that most of them speak, all of them if there is one; the usual ones first."""
    spoken = [speaks(one.client) for one in asked]
    return max(_USUAL, key=lambda schema: sum(not some or schema in some for some in spoken))


def wire(schema: str, stream: bool) -> Wire:
    """Make what clients are told of a wire schema. Raises `WrongUsage` where it has no prompt or no text."""
    known = shape.known(schema)
    if known.prompt_at is None or known.text_at is None:
        raise WrongUsage(f"--schema {schema}: expected one with a prompt and a text, which echoes tell apart")
    if stream and (not known.streams or not known.framing.before.startswith(b"data:")):
        raise WrongUsage(f"--stream: the schema {schema!r} streams no events; chat and completions do")
    document = {**known.document, **known.streaming} if stream else known.document
    places = known.prompt_at, known.text_at, known.delta_at or ()
    return Wire(known.name, known.api_type, document, *places, stream)


def _about(name: str) -> str:
    module = None if ":" in name else clients.module(name)
    return (module.__doc__ or "").strip().splitlines()[0].rstrip(".") if module else ""


def _interpreter(path: str) -> str:
    """Find an interpreter: the path itself is kept, since a virtual environment's is a link to another one."""
    file = Path(path).expanduser()
    if not file.is_file():
        raise WrongUsage(f"--python {path}: expected an interpreter, such as .venv/bin/python")
    return str(file.absolute())
