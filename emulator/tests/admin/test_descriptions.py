import json

import pytest

from azureml_emulator.admin.descriptions import settings_of, shown
from azureml_emulator.answers import AnswerSource
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.faults import Fault
from azureml_emulator.latency import Latency


@pytest.mark.parametrize("family", [Fault, Latency, AnswerSource])
def test_what_is_shown_of_a_part_says_what_it_is(family):
    for kind, member in family.members().items():
        setting = member.example_setting()
        if kind not in ("python", "file"):
            written = shown(family.of(setting))
            assert family.of(json.loads(json.dumps(written))) == family.of(setting), kind


def test_settings_of_all_kinds_are_shown():
    endpoint = Endpoint(
        "e",
        schema="chat",
        content_filter=["otter"],
        request_settings={"max_concurrent_requests_per_instance": 2},
        answer=lambda prompt, parameters: prompt,
    )
    said = settings_of(endpoint)
    json.dumps(said)
    assert (said["schema"], said["api_type"]) == ("chat", "serverless")
    assert said["request_settings"] == {"max_concurrent_requests_per_instance": 2}
    assert said["content_filter"] == {"trigger": r"(?<!\w)(?:otter)(?!\w)", "body": "error"}
    assert said["answer"]["type"] == "python"
