"""Files as they stand in Microsoft's public examples, and as they are restated here, load and serve.

`AZUREML_EXAMPLES=/path/to/azureml-examples` runs over a checkout of the real ones, too (Azure/azureml-examples, MIT).
"""

import os
import re
from pathlib import Path

import pytest

from azureml_emulator.access import mint
from azureml_emulator.azure_files import document
from azureml_emulator.engine import Engine
from azureml_emulator.instructions import Instructions

RESTATED = Path(__file__).parent / "azure_examples"
NOON = 1_700_000_000.0
REAL = os.environ.get("AZUREML_EXAMPLES")


def stated(file):
    return document.read_text(file.read_text(encoding="utf-8"), file.name)[0].document


def is_ours(file):
    """Whether the emulator serves this kind of file, told by what Microsoft's examples write."""
    text = file.read_text(encoding="utf-8", errors="replace")
    return re.search(r"nline(Endpoint|Deployment)\.schema|^model_id:|^endpoint_name:", text, re.MULTILINE)


def groups(root):
    """Each file by itself, and each endpoint with the deployments beside it that are its own."""
    files = [file for file in sorted(root.rglob("*.y*ml")) if "batch" not in str(file) and is_ours(file)]
    for file in files:
        yield (file,)
        found = stated(file)
        if "auth_mode" not in found:
            continue
        beside = [
            one for one in files if one.parent == file.parent and stated(one).get("endpoint_name") == found["name"]
        ]
        by_name = {stated(one)["name"]: one for one in beside}  # variants of a deployment share its name
        if by_name:
            yield (file, *by_name.values())


def given(root):
    return [
        pytest.param(files, id=f"{files[0].relative_to(root)}{'+' * (len(files) - 1)}".replace(os.sep, "/"))
        for files in groups(root)
    ]


def served(files, make_call):
    """Load files, giving what Microsoft's own script gives on the command line, and ask every deployment."""
    sets = []
    first = stated(files[0])
    if "instance_type" in first and "endpoint_name" not in first:
        model = "azureml://registries/azureml-meta/models/Llama-2-7b-chat/versions/1"
        sets = ["endpoint_name=otter", *([] if "model" in first else [f"model={model}"])]
        sets += [] if "name" in first else ["name=demo"]
    config = Instructions(tuple(map(str, files)), sets=tuple(sets)).load().config
    engine = Engine(config.endpoints)
    for endpoint in config.endpoints:
        for one in endpoint.deployments:
            key = endpoint.key if endpoint.auth_mode == "key" else mint(endpoint, NOON)
            headers = {"key": key, "azureml_model_deployment": one.name}
            path = one.schema.paths[0]
            yield engine.score(make_call(dict(one.schema.example), path=path, listener=endpoint.name, **headers))


@pytest.mark.parametrize("files", [*given(RESTATED), *(given(Path(REAL)) if REAL else ())])
def test_they_load_and_every_deployment_serves(files, make_call):
    replies = list(served(files, make_call))
    assert [reply.status for reply in replies] == [200] * len(replies) != []


def test_restated_files_say_what_the_real_ones_do():
    """Every key that any of Microsoft's files uses is in one of ours."""
    keys = set().union(*(set(stated(file)) for file in RESTATED.rglob("*.y*ml")))
    assert keys >= KEYS_OF_MICROSOFTS_FILES


KEYS_OF_MICROSOFTS_FILES = {
    "$schema", "app_insights_enabled", "auth_mode", "code_configuration", "compute", "data_collector", "description",
    "egress_public_network_access", "endpoint_name", "environment", "environment_variables", "identity",
    "instance_count", "instance_type", "liveness_probe", "model", "model_id", "model_mount_path", "name",
    "properties", "public_network_access", "request_settings", "resources", "scale_settings", "tags", "type",
}  # fmt: skip
