"""Long-running operations, which are over before anybody asks: the URLs that Azure's clients poll.

`Azure-AsyncOperation` leads to a status, `Location` to a result (documented: Resource Manager's asynchronous
operations). Their paths are those that Azure ML's own answers show.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from azureml_emulator.arm.errors import NotFound
from azureml_emulator.arm.messages import Response
from azureml_emulator.arm.routes import Route, Visit
from azureml_emulator.draw import Draw

_PLACE = "/subscriptions/{subscription}/providers/Microsoft.MachineLearningServices/locations/{location}"
STATUS = _PLACE + "/mfeOperationsStatus/{operation}"
RESULT = _PLACE + "/mfeOperationResults/{operation}"
_KEPT = 1000
NO_PORTS: Mapping[str, int] = MappingProxyType({})


class Operations:
    """The last operations and their results."""

    def __init__(self, location: str) -> None:
        self._location = location
        self._results: OrderedDict[str, Any] = OrderedDict()
        self._count = 0

    @property
    def routes(self) -> Iterator[Route]:
        """What is answered here."""
        yield Route("GET", STATUS, self._status)
        yield Route("GET", RESULT, self._result)

    def created(self, visit: Visit, value: Any, anew: bool, opens: Mapping[str, int] = NO_PORTS) -> Response:
        """Answer a PUT: 201, or 200 for an update, and where to ask how it goes."""
        url = self._url(visit, STATUS, None)
        return Response(201 if anew else 200, value, (("azure-asyncoperation", url),), opens=opens)

    def accepted(self, visit: Visit, result: Any = None, closes: tuple[str, ...] = ()) -> Response:
        """Answer a DELETE or POST: 202, and where its result will be."""
        url = self._url(visit, RESULT, result)
        return Response(202, None, (("location", url), ("retry-after", "0")), closes=closes)

    def _url(self, visit: Visit, pattern: str, result: Any) -> str:
        self._count += 1
        operation = Draw.of(b"operation", str(self._count).encode()).guid(b"")
        self._results[operation] = result
        if len(self._results) > _KEPT:
            self._results.popitem(last=False)
        path = visit.id(pattern, location=self._location, operation=operation)
        version = visit.request.query.get("api-version", "")
        return f"{visit.request.base}{path}?{urlencode({'api-version': version})}"

    def _known(self, visit: Visit) -> Any:
        operation = visit.names["operation"].lower()
        if operation not in self._results:
            raise NotFound("There is no such operation, or it is long over.")
        return self._results[operation]

    def _status(self, visit: Visit) -> Response:
        self._known(visit)
        name = visit.names["operation"].lower()
        path = visit.id(STATUS, operation=name)
        return Response(200, {"id": path, "name": name, "status": "Succeeded", "percentComplete": 100})

    def _result(self, visit: Visit) -> Response:
        result = self._known(visit)
        return Response(204) if result is None else Response(200, result)
