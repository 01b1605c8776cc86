"""The routes: each answers with a status and JSON. They need no key and never show one."""

import json
from collections.abc import Callable, Mapping
from time import time
from typing import Any, NamedTuple

from azureml_emulator.admin.descriptions import changes, describe, progress, redact, settings_of
from azureml_emulator.changes import Said, changed
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError, EmulatorError
from azureml_emulator.files import FROM_AFAR
from azureml_emulator.rehearsal import rehearsed
from azureml_emulator.scenario import Scenario
from azureml_emulator.spelling import nearest
from azureml_emulator.yaml_source import Source


class Asked(NamedTuple):
    """What is asked of a route: the endpoint that its path names, if it names one, its query and its JSON."""

    name: str
    query: Mapping[str, str]
    value: Any


class _Refused(EmulatorError):
    """Something that cannot be done: with a status, why, and what more there is to say."""

    def __init__(self, status: int, reason: str, **more: Any) -> None:
        super().__init__(reason)
        self.status, self.more = status, more


Route = Callable[[Asked], tuple[int, Any]]

_NAME = "NAME"
"""Stands in a route's path for the name of an endpoint."""


class Admin:
    """Answers for one engine; `url` gives the address of the main port ("") and of each endpoint's own.

    What is set here may name no file and no Python function: whoever reaches the port could read or run them.
    """

    def __init__(self, engine: Engine, url: Callable[[str], str]) -> None:
        self._engine = engine
        self._url = url
        self._scenario: Scenario | None = None
        self.routes: dict[tuple[str, str], Route] = {
            ("GET", "/_emulator/health"): self._health,
            ("GET", "/_emulator/endpoints"): self._endpoints,
            ("GET", f"/_emulator/endpoints/{_NAME}"): self._endpoint,
            ("PATCH", f"/_emulator/endpoints/{_NAME}"): self._change,
            ("POST", f"/_emulator/endpoints/{_NAME}/reset"): self._recover,
            ("GET", "/_emulator/calls"): self._calls,
            ("GET", "/_emulator/latency"): self._latency,
            ("GET", "/_emulator/scenario"): self._progress,
            ("POST", "/_emulator/scenario/start"): self._start,
            ("POST", "/_emulator/scenario/stop"): self._stop,
            ("POST", "/_emulator/reset"): self._reset,
        }

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes = b"") -> tuple[int, bytes]:
        """Give status and JSON body for a request; the body ends its line, for consoles."""
        known, name = self._place(path)
        route = self.routes.get((method, known))
        try:
            if route is None:
                raise self._unknown(known, path)
            self._engine.advance(time())
            status, value = route(Asked(name, query, _read(body)))
        except _Refused as error:
            status, value = error.status, {"error": redact(str(error), self._engine), **error.more}
        except ConfigError as error:
            status, value = 400, {"error": redact(str(error), self._engine)}
        return status, json.dumps(value, indent=1).encode() + b"\n"

    def _place(self, path: str) -> tuple[str, str]:
        """Give the path as the routes have it, and the endpoint's name that stands in it."""
        parts = path.split("/")
        if parts[2:3] == ["endpoints"] and len(parts) > 3:
            return "/".join([*parts[:3], _NAME, *parts[4:]]), parts[3]
        return path, ""

    def _unknown(self, known: str, path: str) -> _Refused:
        methods = [method for method, one in self.routes if one == known]
        if methods:
            return _Refused(405, f"{path} takes {' and '.join(methods)}")
        return _Refused(404, "unknown", routes=[" ".join(one) for one in self.routes])

    def _health(self, _: Asked) -> tuple[int, Any]:
        """Say whether new work is taken: 200, or 503 while draining."""
        draining = self._engine.draining
        return (503, {"status": "draining"}) if draining else (200, {"status": "ok"})

    def _endpoints(self, _: Asked) -> tuple[int, Any]:
        """List the endpoints: name, api type, schema, URL, traffic."""
        return 200, [describe(one.settings, self._url(one.name)) for one in self._engine.directory]

    def _endpoint(self, asked: Asked) -> tuple[int, Any]:
        """Show an endpoint: its settings that are in force, those of its deployments, what is not as configured."""
        self._named(asked)
        live = self._engine.directory[asked.name]
        settings = settings_of(live.settings)
        settings["deployments"] = [settings_of(one) for one in live.settings.deployments]
        found = {**describe(live.settings, self._url(asked.name)), "settings": settings, "changed": changes(live)}
        return 200, redact(found, self._engine)

    def _change(self, asked: Asked) -> tuple[int, Any]:
        """Give an endpoint, or with `?deployment=NAME` one of its deployments, the settings in the body."""
        deployment = self._named(asked)
        if not isinstance(asked.value, dict) or not asked.value:
            raise _Refused(400, 'expected settings as a JSON object, such as {"latency": 200}')
        source = Source(asked.value, f"{asked.name}/{deployment}" if deployment else asked.name)
        now = self._engine.directory[asked.name].settings
        self._engine.revise(changed(now, asked.value, deployment, Said(source, (), FROM_AFAR)))
        return self._endpoint(asked)

    def _recover(self, asked: Asked) -> tuple[int, Any]:
        """Let an endpoint, or with `?deployment=NAME` one of its deployments, go back to what was configured."""
        self._engine.recover(asked.name, self._named(asked))
        return self._endpoint(asked)

    def _calls(self, asked: Asked) -> tuple[int, Any]:
        """Show the journal, oldest first; `?endpoint=NAME` and `?limit=N` (the newest N) narrow it down."""
        limit = asked.query.get("limit", "1000")
        if not limit.isdecimal() or len(limit) > 9:
            raise _Refused(400, f"limit: expected a number, not {limit:.20}")
        wanted = asked.query.get("endpoint")
        calls = [one for one in self._engine.journal if wanted in (None, one.endpoint)]
        newest = calls[max(len(calls) - int(limit), 0) :]
        return 200, [redact(one.as_dict(), self._engine) for one in newest]

    def _latency(self, _: Asked) -> tuple[int, Any]:
        """Sum up by endpoint how the answers in the journal kept their time: what was meant and what was achieved."""
        return 200, self._engine.journal.punctuality()

    def _progress(self, _: Asked) -> tuple[int, Any]:
        """Say where the scenario stands: the round, its steps, and which of them were taken."""
        return 200, redact(progress(self._engine.performance, time()), self._engine)

    def _start(self, asked: Asked) -> tuple[int, Any]:
        """Play the scenario in the body, as it would stand in a file; without a body the last one again."""
        if asked.value is not None:
            self._scenario = rehearsed(asked.value, [one.configured for one in self._engine.directory], FROM_AFAR)
        elif self._engine.performance:
            self._scenario = self._engine.performance.scenario
        if self._scenario is None:
            raise _Refused(400, "expected a scenario as a JSON object; none was played yet that could be again")
        self._engine.play(self._scenario, time())
        return self._progress(asked)

    def _stop(self, asked: Asked) -> tuple[int, Any]:
        """Play no more; the endpoints that the scenario was about go back to what was configured."""
        if self._engine.performance:
            self._scenario = self._engine.performance.scenario
        self._engine.stop_playing()
        return self._progress(asked)

    def _reset(self, _: Asked) -> tuple[int, Any]:
        """Empty the journal; every request is new again, and a scenario begins from its beginning."""
        self._engine.reset()
        self._engine.begin(time())
        return 200, {"status": "reset"}

    def _named(self, asked: Asked) -> str:
        """Give the deployment that is asked for, or "". Raises `_Refused` if it, or the endpoint, is not there."""
        deployment = asked.query.get("deployment", "")
        names = self._engine.names()
        if asked.name not in names:
            raise _Refused(404, _missing(f"no endpoint {asked.name!r}", asked.name, names))
        known = [one.name for one in self._engine.directory[asked.name].settings.deployments]
        if deployment and deployment not in known:
            raise _Refused(404, _missing(f"{asked.name} has no deployment {deployment!r}", deployment, known))
        return deployment


def _missing(what: str, name: str, known: list[str]) -> str:
    return f"{what}{nearest(name, known)}; there are: {', '.join(known) or 'none'}"


def _read(body: bytes) -> Any:
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _Refused(400, f"expected JSON: {error}") from None
