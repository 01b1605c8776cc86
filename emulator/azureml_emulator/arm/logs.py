"""A deployment's log: a line for each call that the journal remembers, the newest last."""

from datetime import UTC, datetime

from azureml_emulator.admin import redact
from azureml_emulator.engine import Engine
from azureml_emulator.journal import Exchange


def content(engine: Engine, endpoint: str, deployment: str, tail: int | None) -> str:
    """Give the last lines, all of them without a `tail`. Keys are blotted out."""
    calls = [one for one in engine.journal.of(endpoint) if one.deployment == deployment]
    newest = calls if tail is None else calls[max(len(calls) - tail, 0) :]
    return "".join(f"{redact(_line(one), engine)}\n" for one in newest)


def _line(exchange: Exchange) -> str:
    when = datetime.fromtimestamp(exchange.at, UTC).isoformat(timespec="milliseconds")
    who = exchange.client_request_id or exchange.request_id
    line = f"{when} {exchange.status} {exchange.method} {exchange.path} {exchange.seconds * 1000:.1f}ms {who}"
    line = "  ! ".join([line, *exchange.notes])
    return line if line.isprintable() else "".join(one if one.isprintable() else repr(one)[1:-1] for one in line)
