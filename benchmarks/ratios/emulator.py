"""The real command, for as long as it is measured."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from ratios.processes import ROOT, Child, executable


class Served(NamedTuple):
    """A running emulator: its process, and the port of each endpoint by name."""

    pid: int
    ports: dict[str, int]


@contextmanager
def serving(endpoints: Sequence[Mapping[str, Any]]) -> Iterator[Served]:
    """Run `azureml-emulator serve` with these endpoints, its request log into a file."""
    with TemporaryDirectory() as folder, (Path(folder) / "requests.log").open("w", encoding="utf-8") as log:
        config = Path(folder) / "emulator.yaml"
        settings = {"port": 0, "print_urls": "json", "endpoints": endpoints}
        config.write_text(json.dumps(settings), encoding="utf-8")
        command = [executable(ROOT / ".venv", "azureml-emulator"), "serve", "--config", str(config)]
        with Child(command, stderr=log) as child:
            ready: dict[str, Any] = child.read()
            ports = {one["name"]: int(one["url"].split(":")[2].partition("/")[0]) for one in ready["endpoints"]}
            yield Served(ready["pid"], ports)
