"""What must hold for any answer, whatever was asked: Azure's statuses, well-formed bodies, a readable journal."""

import json
import signal
from contextlib import contextmanager

from azureml_emulator.endpoint import DEVELOPMENT_KEY
from azureml_emulator.schemas import all_schemas

FRONT_DOOR = {200, 401, 403, 404, 408, 424, 429}
STATUSES = {"dedicated": FRONT_DOOR, "serverless": FRONT_DOOR | {400, 405, 413, 415, 422, 431}, "": {404}}
"""By kind of endpoint, but for a container's 500."""
CAUSES = (
    "RuntimeError: the fuzzed function gave up",  # what the answer source below raises
    "POST body ",  # what azmlinfsrv's parser fails on, and the LLM server's at /score (measured)
    "no mask ",  # what the pipeline of fill-mask raises
)
"""How the journal begins to say why a container answered 500; there are no other reasons."""
UNDECORATED = {name for name, schema in all_schemas().items() if schema.undecorated}
"""Whose run() raises for all that it does not understand."""
REASONS = {"model_error", "model_not_ready", "too_few_model_instance"}
NOTHING = b"{}"
"""What the LLM server answers at /score, with a 200, when it does not understand, or the model fails (measured)."""
LARGEST = 32 << 20
SECONDS = 20


def gives_up(prompt, parameters):
    """An answer source that raises now and then, and else says odd things."""
    which = sum(map(ord, prompt)) % 4
    if which == 0:
        raise RuntimeError("the fuzzed function gave up")
    return ["", "\ud800 half a pair\r\n\r\ndata: [DONE]", prompt * 2][which - 1]


@contextmanager
def in_time():
    """Raise where the work is, should it take ages; where there are no alarms, the hunt just takes ages."""

    def late(*_):
        raise TimeoutError(f"no answer within {SECONDS} s")

    if not hasattr(signal, "setitimer"):
        yield
        return
    former = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def answered(engine, call):
    """Score a call, and hold the reply against everything above."""
    with in_time():
        reply = engine.score(call)
        seen = reply.exchange.as_dict()
    exchange = reply.exchange
    kind = engine.directory[exchange.endpoint].api_type.name if exchange.endpoint else ""
    headers = dict(reply.headers)
    container_status = int(headers.get("ms-azureml-model-error-statuscode") or reply.status)
    assert reply.status in STATUSES[kind] or container_status == 500, (reply.status, reply.body[:300])
    any_cause = exchange.endpoint in UNDECORATED
    assert container_status != 500 or any_cause or exchange.problem.startswith(CAUSES), exchange.problem
    assert reply.status != 424 or headers["ms-azureml-model-error-reason"] in REASONS
    assert all(name == name.lower() and not set("\r\n") & set(name + value) for name, value in reply.headers)
    assert reply.status == 200 or exchange.problem
    assert reply.status != 200 or not exchange.problem or reply.body == NOTHING, exchange.problem
    _well_formed(headers["content-type"], reply)
    assert seen["notes"] == exchange.notes
    assert len(exchange.prompts) == len(seen["prompts"])
    json.dumps(seen)
    return reply


def _well_formed(kind, reply):
    body = reply.body
    assert len(body) <= LARGEST
    assert b"Traceback" not in body
    assert reply.status == 200 or DEVELOPMENT_KEY.encode() not in body
    if kind.startswith("application/json"):
        json.loads(body)
    elif kind.startswith("text/event-stream"):
        events = body.split(b"\n\n")
        assert events.pop() == b""
        for event in events:
            assert event.startswith(b"data:")
            assert event == b"data: [DONE]" or json.loads(event[5:])
    times = [due for due, _ in reply.writes]
    assert times == sorted(times)
