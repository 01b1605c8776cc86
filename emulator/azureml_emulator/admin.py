"""The emulator's own routes, under `/_emulator/` on the main port. They need no key and never show one."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from azureml_emulator.engine import Engine
from azureml_emulator.journal import LONG_KEY, blotted


class Admin:
    """Answers for one engine; `url` gives the address of the main port ("") and of each endpoint's own."""

    def __init__(self, engine: Engine, url: Callable[[str], str]) -> None:
        self._engine = engine
        self._url = url
        self.routes: dict[tuple[str, str], Callable[[Mapping[str, str]], tuple[int, Any]]] = {
            ("GET", "/_emulator/health"): self._health,
            ("GET", "/_emulator/endpoints"): self._endpoints,
            ("GET", "/_emulator/calls"): self._calls,
            ("POST", "/_emulator/reset"): self._reset,
        }

    def answer(self, method: str, path: str, query: Mapping[str, str]) -> tuple[int, bytes]:
        """Give status and JSON body for a request."""
        route = self.routes.get((method, path))
        if route is not None:
            status, value = route(query)
        elif methods := [one for one, known in self.routes if known == path]:
            status, value = 405, {"error": f"{path} takes {methods[0]}"}
        else:
            status, value = 404, {"error": "unknown", "routes": [" ".join(route) for route in self.routes]}
        return status, json.dumps(value, indent=1).encode()

    def _health(self, _: Mapping[str, str]) -> tuple[int, Any]:
        """Say whether new work is taken: 200, or 503 while draining."""
        draining = self._engine.draining
        return (503, {"status": "draining"}) if draining else (200, {"status": "ok"})

    def _endpoints(self, _: Mapping[str, str]) -> tuple[int, Any]:
        """List the endpoints: name, api type, schema, URL, traffic."""
        return 200, [describe(one.settings, self._url(one.name)) for one in self._engine.directory]

    def _calls(self, query: Mapping[str, str]) -> tuple[int, Any]:
        """Show the journal, oldest first; `?endpoint=NAME` and `?limit=N` (the newest N) narrow it down."""
        limit = query.get("limit", "1000")
        if not limit.isdecimal() or len(limit) > 9:
            return 400, {"error": f"limit: expected a number, not {limit:.20}"}
        wanted = query.get("endpoint")
        calls = [one for one in self._engine.journal if wanted in (None, one.endpoint)]
        newest = calls[max(len(calls) - int(limit), 0) :]
        return 200, [redact(one.as_dict(), self._engine) for one in newest]

    def _reset(self, _: Mapping[str, str]) -> tuple[int, Any]:
        """Empty the journal; every request is new again."""
        self._engine.reset()
        return 200, {"status": "reset"}


def describe(endpoint: Any, base_url: str) -> dict[str, Any]:
    """Say what an endpoint is and where, without its key."""
    return {
        "name": endpoint.name,
        "api_type": endpoint.api_type.name,
        "schema": ", ".join(dict.fromkeys(one.schema.name for one in endpoint.deployments)),
        "url": base_url + endpoint.paths[0],
        "base_url": base_url,
        "deployments": endpoint.traffic,
    }


def redact(value: Any, engine: Engine) -> Any:
    """Blot out, in all texts of a JSON value, every long key that a caller put there."""
    keys = [key for one in engine.directory for key in one.settings.secrets if len(key) >= LONG_KEY]
    return _redacted(value, sorted(set(keys), key=len, reverse=True))  # no key is spoilt by a shorter one in it


def _redacted(value: Any, keys: list[str]) -> Any:
    if isinstance(value, str):
        return blotted(value, *keys)
    if isinstance(value, dict):
        return {name: _redacted(one, keys) for name, one in value.items()}
    return [_redacted(one, keys) for one in value] if isinstance(value, list) else value
