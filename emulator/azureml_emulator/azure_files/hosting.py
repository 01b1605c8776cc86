"""Endpoints and deployments of several files, put together into one configuration of the emulator's own."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from azureml_emulator.azure_files import shape, variables
from azureml_emulator.azure_files.deployment import OnlineDeployment
from azureml_emulator.azure_files.document import AzureFile
from azureml_emulator.azure_files.endpoints import OnlineEndpoint, ServerlessEndpoint
from azureml_emulator.azure_files.groups import Group, groups
from azureml_emulator.errors import ConfigError
from azureml_emulator.schema import path
from azureml_emulator.spelling import nearest
from azureml_emulator.yaml_source import Loc, Source

HOW = "name one with the tag `emulator.schema: NAME`, or `schema: NAME` for it in emulator.yml"
NONE = "no-deployment"
"""What stands in for the deployments of an endpoint that has none; it gets no traffic."""
LONGEST_MS = 180_000
"""The longest request timeout of managed endpoints (documented); Kubernetes' own goes up to five minutes."""


class Hosting:
    """What Azure's files ask to be hosted, a configuration laid over it, and the files' tags over both.

    `source` is the configuration that comes out, which knows where each of its parts was written; `notes` are remarks
    to show at the start. Raises `ConfigError` for files that do not belong together.
    """

    def __init__(self, files: Sequence[AzureFile], companion: Source) -> None:
        self.notes = [f"{file.source.name}: {note}" for file in files for note in file.notes]
        self._parts: dict[Loc, tuple[Source, Loc]] = {}
        self._shapeless: dict[tuple[str | None, str | None], AzureFile] = {}
        self._companion = companion
        document = companion.document or {}
        self._entries = _listed(document.get("endpoints", []), companion, ("endpoints",))
        found = groups(files)
        entries: list[Any] = [self._endpoint(("endpoints", at), group) for at, group in enumerate(found)]
        for at, one in enumerate(self._entries):
            if _name(one) not in {group.name for group in found}:
                self._parts[("endpoints", len(entries))] = (companion, ("endpoints", at))
                entries.append(one)
        self.source = Source(
            {**document, "endpoints": entries}, companion.name, companion.lines, companion.origins, self._parts
        )

    def complete(self, document: Mapping[str, Any]) -> None:
        """Give a shape to each deployment that has none. Raises `ConfigError` that says how to name one."""
        for endpoint in document["endpoints"]:
            if not isinstance(endpoint, dict) or endpoint.get("schema") is not None:
                continue
            deployments = endpoint.get("deployments", ())
            for one in (endpoint, *(deployments if isinstance(deployments, list) else ())):
                file = self._shapeless.get((_name(endpoint), _name(one) if one is not endpoint else None))
                if file and one.get("schema") is None:
                    one["schema"] = self._shape(file)

    def _shape(self, file: AzureFile) -> Any:
        said = file.said
        try:
            if isinstance(said, ServerlessEndpoint):
                choice = shape.of_serverless(said)
            else:
                assert isinstance(said, OnlineDeployment)
                choice = shape.of_deployment(said, file.folder)
        except ValueError as error:
            key = "model_id" if isinstance(said, ServerlessEndpoint) else "model"
            raise ConfigError(f"{file.source.place((key,))}{key}: {error}; {HOW}") from None
        self.notes.append(f"{file.source.name}: schema {choice.schema.name!r}: {choice.why}")
        return choice.schema

    def _endpoint(self, loc: Loc, group: Group) -> dict[str, Any]:
        self._parts[loc] = (group.first.source, ())
        self.notes += group.notes
        said = group.endpoint.said if group.endpoint else None
        entry: dict[str, Any] = {"name": group.name}
        if isinstance(said, OnlineEndpoint):
            entry |= {"auth_mode": said.auth_mode, "mirror_traffic": dict(said.mirror_traffic or {})}
        if isinstance(said, ServerlessEndpoint):
            entry |= {"api_type": "serverless", "model": shape.model_name(said)}
            self._shapeless[(group.name, None)] = group.first
        companion, at = self._companions(self._entries, group.name)
        self._lay(entry, loc, {name: one for name, one in companion.items() if name != "deployments"}, at)
        if group.deployments:
            deployments = _listed(companion.get("deployments", []), self._companion, (*at, "deployments"))
            self._check_deployments(group, deployments, (*at, "deployments"))
            entry["deployments"] = [
                self._deployment((*loc, "deployments", number), group.name, file, deployments, at)
                for number, file in enumerate(group.deployments)
            ]
        elif "deployments" in companion:
            entry["deployments"] = companion["deployments"]
        if group.endpoint:
            self._lay_tags(entry, loc, group.endpoint)
        if group.deployments and "traffic" not in entry:
            entry["traffic"] = self._traffic(group, said)
        if isinstance(said, OnlineEndpoint) and not {"deployments", "schema"} & entry.keys():
            self.notes.append(f"endpoint {group.name!r}: no deployment; until it has one, callers get 404")
            entry |= {"deployments": [{"name": NONE, "schema": shape.CLASSIC}], "traffic": {NONE: 0}}
            entry["mirror_traffic"] = {}
        return entry

    def _deployment(
        self, loc: Loc, endpoint: str, file: AzureFile, companions: Sequence[Any], above: Loc
    ) -> dict[str, Any]:
        said = file.said
        assert isinstance(said, OnlineDeployment)
        self._parts[loc] = (file.source, ())
        self._shapeless[(endpoint, said.name)] = file
        requests = asdict(said.request_settings)
        if requests["request_timeout_ms"] > LONGEST_MS:
            self.notes.append(f"{file.source.name}: request_timeout_ms imitated up to {LONGEST_MS} only")
            requests["request_timeout_ms"] = LONGEST_MS
        entry = {
            "name": said.name,
            "instance_count": max(said.instance_count, 1),
            "request_settings": requests,
            "model": shape.model_name(said),
            **variables.told(said.environment_variables),
        }
        self._parts[(*loc, "scoring_timeout_ms")] = (
            file.source,
            ("environment_variables", variables.SCORING_TIMEOUT_MS),
        )
        companion, at = self._companions(companions, said.name)
        self._lay(entry, loc, companion, (*above, "deployments", *at[1:]))
        self._lay_tags(entry, loc, file)
        return entry

    def _traffic(self, group: Group, said: Any) -> dict[str, int]:
        """Give the split; where none is said, all goes to the first deployment, as after `--all-traffic`.

        In Azure nothing goes anywhere until traffic is set (documented).
        """
        if said and said.traffic:
            return dict(said.traffic)
        names = [one.said.name for one in group.deployments]
        self.notes.append(f"endpoint {group.name!r}: no traffic said; all of it goes to {names[0]!r}")
        return {name: 100 * (name == names[0]) for name in names}

    def _companions(self, entries: Sequence[Any], name: str) -> tuple[Mapping[str, Any], Loc]:
        """Find what the companion says of an endpoint or a deployment, and where."""
        found = [(one, ("endpoints", at)) for at, one in enumerate(entries) if _name(one) == name]
        return found[0] if found else ({}, ())

    def _check_deployments(self, group: Group, given: Sequence[Any], at: Loc) -> None:
        names = [one.said.name for one in group.deployments]
        for number, one in enumerate(given):
            if _name(one) not in names:
                place = self._companion.place((*at, number))
                guess = nearest(str(_name(one)), names)
                raise ConfigError(f"{place}expected a deployment of {group.name!r}, {', '.join(names)}{guess}")

    def _lay(self, entry: dict[str, Any], loc: Loc, settings: Mapping[str, Any], at: Loc) -> None:
        for name, value in settings.items():
            before = entry.get(name) if name == "request_settings" and isinstance(value, dict) else None
            entry[name] = {**before, **value} if before else value
            self._parts[(*loc, name)] = (self._companion, (*at, name))

    def _lay_tags(self, entry: dict[str, Any], loc: Loc, file: AzureFile) -> None:
        entry.update(file.settings)
        for steps, at in file.places.items():
            self._parts.setdefault((*loc, steps[0]), (file.source, at))
            self._parts[(*loc, *steps)] = (file.source, at)


def _name(entry: Any) -> str | None:
    name = entry.get("name") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else None


def _listed(given: Any, source: Source, at: Loc) -> list[Any]:
    if not isinstance(given, list):
        raise ConfigError(f"{source.place(at)}{path(at)}: expected a list")
    return given
