"""Which room of the control plane a request is for: by method and path, in whatever case (measured: it is mixed)."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from azureml_emulator.arm.errors import NotAllowed, NotFound
from azureml_emulator.arm.messages import Request, Response

PROVIDER = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices"
WORKSPACE = PROVIDER + "/workspaces/{workspace}"


class Visit(NamedTuple):
    """A request at its room: what the path's parts are called there."""

    request: Request
    names: Mapping[str, str]

    def id(self, pattern: str, **names: str) -> str:
        """Give the id of a resource in the caller's own subscription, group and workspace."""
        return pattern.format_map({**self.names, **names})


class Route(NamedTuple):
    """A method and path, and who answers it."""

    method: str
    pattern: str
    answer: Callable[[Visit], Response]


class Routes:
    """All routes. In a pattern `{name}` stands for one part of a path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.all = tuple(routes)
        self._compiled = [(_compiled(route.pattern), route) for route in self.all]

    def find(self, request: Request) -> tuple[Route, Visit]:
        """Give the route of a request. Raises `NotFound` or `NotAllowed`."""
        path = request.path.rstrip("/")
        found = [(route, match) for pattern, route in self._compiled if (match := pattern.fullmatch(path))]
        for route, match in found:
            if route.method == request.method.upper():
                names = {name: unquote(part) for name, part in match.groupdict().items()}
                return route, Visit(request, names)
        if found:
            methods = ", ".join(route.method for route, _ in found)
            raise NotAllowed(f"The emulator takes {methods} here, not {request.method:.20}.")
        raise NotFound(f"The emulator's control plane has no resource at {path:.500}.")


def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", pattern)
    spelt = [f"(?P<{part}>[^/]+)" if at % 2 else re.escape(part) for at, part in enumerate(parts)]
    return re.compile("".join(spelt), re.IGNORECASE)
