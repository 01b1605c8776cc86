"""Which deployments belong to which endpoint, whatever the order of the files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from azureml_emulator.azure_files.deployment import OnlineDeployment
from azureml_emulator.azure_files.document import AzureFile
from azureml_emulator.azure_files.endpoints import OnlineEndpoint
from azureml_emulator.errors import ConfigError
from azureml_emulator.spelling import nearest


@dataclass
class Group:
    """An endpoint by its name, its file if there is one, and its deployments' files."""

    name: str
    endpoint: AzureFile | None = None
    deployments: list[AzureFile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def first(self) -> AzureFile:
        """The file that speaks for it."""
        return self.endpoint or self.deployments[0]


def groups(files: Sequence[AzureFile]) -> list[Group]:
    """Sort files into groups, in their order. Raises `ConfigError` for what does not fit."""
    found: dict[str, Group] = {}
    for file in files:
        if not isinstance(file.said, OnlineDeployment):
            name = file.said.name
            if name in found:
                _refuse(file, "name", f"{found[name].first.source.name} is endpoint {name!r} already")
            found[name] = Group(name, file)
    said = dict(found)
    for file in files:
        if isinstance(file.said, OnlineDeployment):
            name, note = _owner(file, file.said, said)
            group = found.setdefault(name, Group(name))
            group.deployments.append(file)
            group.notes += note
    for group in found.values():
        _check(group)
    return list(found.values())


def _owner(file: AzureFile, said: OnlineDeployment, known: Mapping[str, Group]) -> tuple[str, Iterator[str]]:
    """Give the name of a deployment's endpoint, and what to remark about it."""
    online = [name for name, one in known.items() if one.endpoint and isinstance(one.endpoint.said, OnlineEndpoint)]
    name = said.endpoint_name
    if name is None and len(online) != 1:
        _refuse(
            file,
            "endpoint_name",
            "missing; say it in the file or by `--set endpoint_name=NAME`, or give one endpoint's file, too",
        )
    if name is None:
        return online[0], iter([f"{file.source.name}: no endpoint_name; taken as {online[0]!r}"])
    if name in known and name not in online:
        _refuse(file, "endpoint_name", f"{name!r} is a serverless endpoint, which has no deployments")
    if name not in known:
        made = f"{file.source.name}: no file for endpoint {name!r}{nearest(name, online)}; made with auth_mode key"
        return name, iter([made])
    return name, iter([])


def _check(group: Group) -> None:
    by_name: dict[str, AzureFile] = {}
    for file in group.deployments:
        name = file.said.name
        if name in by_name:
            taken = f"{by_name[name].source.name} is deployment {name!r} of {group.name!r} already"
            _refuse(file, "name", taken)
        by_name[name] = file
    endpoint = group.endpoint
    if endpoint is None or not isinstance(endpoint.said, OnlineEndpoint):
        return
    for key, shares in (("traffic", endpoint.said.traffic), ("mirror_traffic", endpoint.said.mirror_traffic)):
        for name in shares or {}:
            if by_name and name not in by_name:
                guess = nearest(name, by_name)
                _refuse(endpoint, key, f"expected deployments among {', '.join(by_name)}, not {name!r}{guess}", name)
    total = sum((endpoint.said.traffic or {}).values())
    if total not in (0, 100):
        _refuse(endpoint, "traffic", f"expected percentages that sum to 100, or to 0, not to {total}")


def _refuse(file: AzureFile, key: str, message: str, *below: str) -> NoReturn:
    where = ".".join((key, *below))
    raise ConfigError(f"{file.source.place((key, *below))}{where}: {message}")
