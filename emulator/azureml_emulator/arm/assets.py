"""Models, environments and code of the workspace: their descriptions are kept, their files are not.

A deployment's code is not run, so every code folder counts as uploaded already, and no file leaves the caller's disk.
Local model files would have to go to a storage account, of which there is none: that is refused, with a way out.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pydantic import TypeAdapter, ValidationError

from azureml_emulator.arm.bodies import AssetBody, document, read
from azureml_emulator.arm.errors import BadRequest, NotFound
from azureml_emulator.arm.messages import Response
from azureml_emulator.arm.routes import WORKSPACE, Route, Visit
from azureml_emulator.azure_files import deployment as said

_KINDS = {"models": "model", "environments": "environment"}
_ALWAYS: Mapping[str, Any] = {"isAnonymous": False, "isArchived": False, "flavors": {}}
_CODE = WORKSPACE + "/codes/{name}/versions"
_ID = re.compile(r".*/workspaces/[^/]+/(\w+)/([^/]+)/versions/([^/]+)/?", re.IGNORECASE)
_KEPT = 10_000

NO_STORAGE = (
    "The emulator keeps no files: a model cannot be uploaded from a local path. Give the deployment's model as "
    "azureml://registries/REGISTRY/models/NAME/versions/VERSION or azureml:NAME:VERSION (with a YAML file: "
    "params_override=[{'model': 'azureml:NAME:VERSION'}]); code and environment may stay as they are."
)


class Assets:
    """The room of models, environments and code."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], Mapping[str, Any]] = {}

    @property
    def routes(self) -> Iterator[Route]:
        """What is answered here."""
        for kind in _KINDS:
            versions = f"{WORKSPACE}/{kind}/{{name}}/versions"
            yield Route("GET", f"{WORKSPACE}/{kind}/{{name}}", partial(self._container, kind))
            yield Route("GET", versions, partial(self._list, kind))
            yield Route("GET", versions + "/{version}", partial(self._get, kind))
            yield Route("PUT", versions + "/{version}", partial(self._put, kind))
        yield Route("GET", _CODE, self._codes)
        yield Route("GET", _CODE + "/{version}", lambda visit: Response(200, _code(visit, visit.names["version"])))
        yield Route("GET", WORKSPACE + "/datastores", self._no_storage)
        yield Route("GET", WORKSPACE + "/datastores/{name}", self._no_storage)

    def model(self, reference: str | None) -> said.Model | str | None:
        """Give a model as a file would: a registered one with its type, any other one as it is referred to."""
        known = self._of(reference)
        kind = (known or {}).get("modelType")
        found = _ID.fullmatch(reference or "")
        if known is None or found is None or not isinstance(kind, str):
            return reference
        return _checked(said.Model, {"name": found[2], "version": found[3], "type": kind}) or reference

    def environment(self, reference: str | None) -> said.Environment | str | None:
        """Give an environment as a file would: a registered one with image and routes."""
        known = self._of(reference)
        if known is None:
            return reference
        found = {"image": known.get("image"), "inference_config": _routes(known.get("inferenceConfig"))}
        return _checked(said.Environment, {name: one for name, one in found.items() if one}) or reference

    def _of(self, reference: str | None) -> Mapping[str, Any] | None:
        found = _ID.fullmatch(reference or "")
        return self._known.get((found[1].lower(), found[2], found[3])) if found else None

    def _put(self, kind: str, visit: Visit) -> Response:
        properties = read(AssetBody, document(visit.request.body)).properties
        name, version = visit.names["name"], visit.names["version"]
        known = (kind, name, version) in self._known
        if not known and len(self._known) >= _KEPT:
            raise BadRequest(f"The emulator remembers up to {_KEPT} versions of models and environments.")
        self._known[(kind, name, version)] = {field: one for field, one in properties.items() if one is not None}
        return Response(200 if known else 201, self._resource(kind, name, version, visit))

    def _get(self, kind: str, visit: Visit) -> Response:
        name, version = visit.names["name"], visit.names["version"]
        if (kind, name, version) not in self._known:
            raise NotFound(f"The {_KINDS[kind]} {name[:80]!r}, version {version[:80]!r}, was not found.")
        return Response(200, self._resource(kind, name, version, visit))

    def _list(self, kind: str, visit: Visit) -> Response:
        found = [version for known, name, version in self._known if (known, name) == (kind, visit.names["name"])]
        newest = [self._resource(kind, visit.names["name"], version, visit) for version in reversed(found)]
        return Response(200, {"value": newest})

    def _container(self, kind: str, visit: Visit) -> Response:
        name = visit.names["name"]
        found = [version for known, one, version in self._known if (known, one) == (kind, name)]
        if not found:
            raise NotFound(f"The {_KINDS[kind]} {name[:80]!r} was not found.")
        numbers = [int(one) for one in found if one.isdecimal() and len(one) < 10]
        properties = {
            "latestVersion": found[-1],
            "nextVersion": str(max(numbers, default=0) + 1),
            "isArchived": False,
        }
        return Response(200, {"id": visit.id(f"{WORKSPACE}/{kind}/{{name}}"), "name": name, "properties": properties})

    def _resource(self, kind: str, name: str, version: str, visit: Visit) -> dict[str, Any]:
        return {
            "id": visit.id(f"{WORKSPACE}/{kind}/{{name}}/versions/{{version}}", name=name, version=version),
            "name": version,
            "type": f"Microsoft.MachineLearningServices/workspaces/{kind}/versions",
            "properties": {**_ALWAYS, **self._known[(kind, name, version)]},
        }

    def _codes(self, visit: Visit) -> Response:
        return Response(200, {"value": [_code(visit, "1")]})

    def _no_storage(self, _: Visit) -> Response:
        raise BadRequest(NO_STORAGE)


def _code(visit: Visit, version: str) -> dict[str, Any]:
    """Describe a code folder, which counts as uploaded already."""
    return {
        "id": visit.id(_CODE + "/{version}", version=version),
        "name": version,
        "type": "Microsoft.MachineLearningServices/workspaces/codes/versions",
        "properties": {"codeUri": f"azureml://code/{visit.names['name']}", "isAnonymous": True, "properties": {}},
    }


def _routes(given: Any) -> Any:
    """Write the routes of a container as a file does."""
    if not isinstance(given, dict):
        return None
    names = {"scoringRoute": "scoring_route", "livenessRoute": "liveness_route", "readinessRoute": "readiness_route"}
    return {names[name]: one for name, one in given.items() if name in names}


def _checked(kind: Any, given: dict[str, Any]) -> Any:
    """Read a part of a file, or give None if it is none."""
    try:
        return TypeAdapter(kind).validate_python(given)
    except ValidationError:
        return None
