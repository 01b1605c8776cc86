"""Nothing that a client sends may cause an exception, a traceback, a hang, or a 5xx that Azure would not give."""

import pytest
from hypothesis import given, settings

from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.schemas import all_schemas
from azureml_emulator.wire import Call
from emulator.tests.damage import AUTHORISED, DEPLOYMENTS, FUZZING, HUNT, bodies, calls
from emulator.tests.oracle import answered, gives_up

ANSWERS = dict(zip(DEPLOYMENTS, ["echo", "faker", {"type": "fixed", "text": "\ud800"}, gives_up], strict=True))
SPLIT = {"echo": 40, "faker": 20, "fixed": 20, "python": 20}


def endpoint(name):
    """All answer sources behind one door."""
    return Endpoint(name, schema=name, deployments=[Deployment(*one) for one in each_answer()], traffic=SPLIT)


def each_answer():
    return ((name, None, answer) for name, answer in ANSWERS.items())


ENGINE = Engine(map(endpoint, all_schemas()))


SHARE = HUNT // len(all_schemas())
each = pytest.mark.parametrize("name", list(all_schemas()))


@each
def test_any_call_gets_an_answer_that_azure_could_have_given(name):
    """On any path, by any method, with any headers."""

    @settings(FUZZING, max_examples=SHARE * 2 // 5 or 12)
    @given(calls(name))
    def fuzz(call):
        answered(ENGINE, call)

    fuzz()


@each
def test_an_authorised_body_of_any_shape_is_answered_or_refused_by_name(name):
    """The same from the front door's other side: what is let in reaches the container."""

    @settings(FUZZING, max_examples=SHARE * 3 // 5 or 12)
    @given(body=bodies(name))
    def fuzz(body):
        reply = answered(ENGINE, Call("POST", all_schemas()[name].paths[0], AUTHORISED, body, 0.0, name))
        assert reply.status not in {401, 403, 404, 405, 415}

    fuzz()
