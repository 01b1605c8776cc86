"""Any JSON, in and out."""

import pytest

from azureml_emulator.azure_files.own_container import OWN_CONTAINER
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine


def asked(body, make_call, json_of, **settings):
    engine = Engine([Endpoint("otter", schema=OWN_CONTAINER, **settings)])
    return json_of(engine.score(make_call(body, listener="otter")))


@pytest.mark.parametrize("body", [5, 2.5, True, "text", "", [], {}, [1, {"a": "ü"}], OWN_CONTAINER.example])
def test_whatever_is_sent_comes_back(body, make_call, json_of):
    assert asked(body, make_call, json_of) == body


@pytest.mark.parametrize(("text", "expected"), [('{"otters": [1]}', {"otters": [1]}), ("two otters", "two otters")])
def test_an_answer_that_is_json_is_sent_as_it_is(text, expected, make_call, json_of):
    assert asked({"a": 1}, make_call, json_of, answer={"type": "fixed", "text": text}) == expected


def test_what_is_no_json_is_refused(make_call, json_of):
    assert "message" in asked(b"{", make_call, json_of)
