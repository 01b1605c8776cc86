"""Which endpoint a call is for: by the port it came in on, by its Host name, or by the first part of its path."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.errors import ConfigError, EndpointNotFound
from azureml_emulator.live import LiveEndpoint
from azureml_emulator.wire import Call

_HOST = re.compile(
    r"(?P<name>[a-z][a-z0-9-]*?)(?:-serverless)?\."
    r"(?:localhost|(?P<azure>[a-z0-9-]+)\.(?:inference\.ml\.azure\.com|inference\.ai\.azure\.com|models\.ai\.azure\.com))"
    r"(?::\d+)?",
    re.IGNORECASE,
)


class Directory:
    """The endpoints by name, and the ways to them.

    On an endpoint's own port every path is its own. On the main port come first the Host names
    (`NAME.localhost`, or Azure's own), then the root, for a path that the one marked `default` serves, or just one
    endpoint, or just one serverless endpoint, then `/NAME/...`.
    """

    def __init__(self, endpoints: Iterable[LiveEndpoint]) -> None:
        self._endpoints: dict[str, LiveEndpoint] = {}
        self._root: dict[str, LiveEndpoint | None] = {}
        self._lower: dict[str, LiveEndpoint] = {}
        self._extend(endpoints)

    def add(self, endpoint: LiveEndpoint) -> None:
        """Take one in. Raises `ConfigError` if its name is taken, or its place at the root."""
        self._extend([endpoint])

    def _extend(self, endpoints: Iterable[LiveEndpoint]) -> None:
        known, lower = dict(self._endpoints), set(self._lower)
        for one in endpoints:
            if one.name.lower() in lower:
                raise ConfigError(f"two endpoints are called {one.name!r}; names must differ, also in lower case")
            known[one.name] = one
            lower.add(one.name.lower())
        self._rebuild(known)

    def put(self, endpoint: LiveEndpoint) -> None:
        """Take one in, in the place of the one of that name if there is one. Raises `ConfigError` as `add` does."""
        former = self._endpoints.get(endpoint.name)
        if former is None:
            self.add(endpoint)
            return
        endpoint.inherit(former)
        self._rebuild({**self._endpoints, endpoint.name: endpoint})

    def remove(self, name: str) -> None:
        """Let one go."""
        self._rebuild({known: one for known, one in self._endpoints.items() if known != name})

    def _rebuild(self, endpoints: Mapping[str, LiveEndpoint]) -> None:
        serving: dict[str, list[LiveEndpoint]] = {}
        for one in endpoints.values():
            for path in one.settings.paths:
                serving.setdefault(path, []).append(one)
        root = {path: _at_root(path, ones) for path, ones in serving.items()}
        everywhere = [one for one in endpoints.values() if one.settings.default or len(endpoints) == 1]
        root["/"] = everywhere[0] if len(everywhere) == 1 else None
        self._endpoints, self._root = dict(endpoints), root
        self._lower = {name.lower(): one for name, one in endpoints.items()}

    def find(self, call: Call) -> tuple[LiveEndpoint, str]:
        """Give the endpoint and the path below its address. Raises `EndpointNotFound` with a hint."""
        if call.listener:
            endpoint = self._endpoints.get(call.listener)
            if endpoint is None:
                raise EndpointNotFound("this port's endpoint is gone")
            return endpoint, call.path
        host = _HOST.fullmatch(call.headers.get("host", ""))
        if host and (host["azure"] or host["name"].lower() in self._lower):
            return self._named(host["name"]), call.path
        endpoint = self._root.get(call.path)
        if endpoint is not None:
            return endpoint, call.path
        name, slash, rest = call.path[1:].partition("/")
        return self._named(name), slash + rest or "/"

    def _named(self, name: str) -> LiveEndpoint:
        endpoint = self._lower.get(name.lower())
        if endpoint is None:
            known = ", ".join(self._endpoints) or "none"
            raise EndpointNotFound(f"no endpoint by that port, Host name or path; there are: {known}")
        return endpoint

    def __getitem__(self, name: str) -> LiveEndpoint:
        if name not in self._endpoints:
            raise KeyError(f"no endpoint {name!r}; there are: {', '.join(self._endpoints) or 'none'}")
        return self._endpoints[name]

    def __iter__(self) -> Iterator[LiveEndpoint]:
        return iter(self._endpoints.values())

    def __len__(self) -> int:
        return len(self._endpoints)


def _at_root(path: str, serving: Sequence[LiveEndpoint]) -> LiveEndpoint | None:
    """Of those that serve a path, give the one to be reached at the root. Raises `ConfigError` if two are marked."""
    marked = [one for one in serving if one.settings.default]
    if len(marked) > 1:
        names = " and ".join(one.name for one in marked)
        raise ConfigError(f"{names} are both marked default, and both serve {path}; at most one can")
    alone = serving if len(serving) == 1 else [one for one in serving if one.api_type is SERVERLESS]
    return marked[0] if marked else alone[0] if len(alone) == 1 else None
