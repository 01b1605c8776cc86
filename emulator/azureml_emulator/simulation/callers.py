"""Who calls, and with what: the prepared calls of a simulation, of which each arrival takes one."""

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, cycle
from pathlib import Path
from typing import Any

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.errors import ConfigError, WrongShape
from azureml_emulator.schema import Schema
from azureml_emulator.schemas import find
from azureml_emulator.spelling import nearest
from azureml_emulator.wire import Call


class Callers:
    """The callers of some endpoints, each of which gets its share of the calls.

    Without `bodies`, an endpoint is sent its shape's example. An endpoint's bodies take turns. That many calls are
    alike makes them no less random: what is random about a call depends on how often it came before.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        shares: Mapping[str, float] | None = None,
        bodies: Sequence[Any] = (),
        stream: bool = False,
    ) -> None:
        """Prepare the calls. Raises `ConfigError` for a share of no endpoint, or a stream where there is none."""
        known = {one.name: one for one in endpoints}
        self.shares = dict(shares or dict.fromkeys(known, 1.0))
        for name in self.shares:
            if name not in known:
                raise ConfigError(
                    f"--endpoint {name}: there is none of that name{nearest(name, known)}; "
                    f"there are: {', '.join(known)}"
                )
        self._calls = [_calls(known[name], bodies, stream) for name in self.shares]

    def caller(self, units: Iterator[float]) -> Callable[[float], Call]:
        """Give what makes the call of an instant; `units` are even numbers, which choose among several endpoints."""
        turns = [cycle(calls) for calls in self._calls]
        whole = sum(self.shares.values())
        bounds = [reached / whole for reached in accumulate(self.shares.values())][:-1]

        def call(at: float) -> Call:
            turn = turns[bisect_right(bounds, next(units))] if bounds else turns[0]
            method, path, headers, body, listener = next(turn)
            return Call(method, path, headers, body, at, listener)

        return call


_Prepared = tuple[str, str, Mapping[str, str], bytes, str]


def _calls(endpoint: Endpoint, bodies: Sequence[Any], stream: bool) -> list[_Prepared]:
    headers = {"authorization": f"Bearer {endpoint.key}", "content-type": "application/json"}
    schema = endpoint.deployments[0].schema
    assert schema is not None
    prepared: list[_Prepared] = []
    for body in bodies or [schema.example]:
        shape, sent = _streamed(endpoint.name, schema, body) if stream else (schema, body)
        prepared.append(("POST", shape.paths[0], headers, json.dumps(sent).encode(), endpoint.name))
    return prepared


def _streamed(endpoint: str, schema: Schema[Any], body: Any) -> tuple[Schema[Any], Any]:
    """Ask for a stream: at the path that has streams, with `stream: true` where that is what asks for one."""
    asked = {**body, "stream": True} if isinstance(body, dict) else body
    for one in (schema, *map(find, schema.beside)):
        try:
            if one.stream is not None and one.parse(asked).stream:
                return one, asked
        except WrongShape as error:
            raise ConfigError(f"--stream: endpoint {endpoint} does not take the body: {error.message}") from None
    raise ConfigError(f"--stream: endpoint {endpoint} has no streams; its shape is {schema.name}")


def read_bodies(file: str) -> list[Any]:
    """Read a body, JSON, or several, a line each. Raises `ConfigError`."""
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"--body {file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"--body {file}: expected UTF-8 text") from None
    try:
        return [json.loads(text)]
    except ValueError:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    bodies = []
    for number, line in lines:
        try:
            bodies.append(json.loads(line))
        except ValueError:
            raise ConfigError(f"--body {file}:{number}: expected JSON, a body as a whole or one a line") from None
    if not bodies:
        raise ConfigError(f"--body {file}: expected JSON, found nothing")
    return bodies
