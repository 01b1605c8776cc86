"""How long our own client waits and how often it tries again, counted at the journal of an endpoint that fails."""

import asyncio
from itertools import product
from time import monotonic, sleep

import pytest

import azureml_endpoint as client
from azureml_endpoint.client import Caller
from contract_tests.client_roads import Road
from contract_tests.faults import SAID, Case, spoilt

WHOLE = (Road("invoke", "gpt2"), Road("ainvoke", "chat"))
STREAMED = (Road("stream", "chat"), Road("astream", "completions"))
each_road = pytest.mark.parametrize("road", [*WHOLE, *STREAMED], ids=str)
each_stream = pytest.mark.parametrize("road", STREAMED, ids=str)

PASSING = [
    *({"type": "status", "status": status} for status in (408, 424, 429, 502, 503, 504)),
    {"type": "reset", "at": "before"},
    {"type": "html_page", "status": 503},
]
LASTING = [
    *({"type": "status", "status": status} for status in (401, 403, 404, 418, 500)),
    {"type": "expired_key"},
    {"type": "content_filter"},
    {"type": "reset", "at": "during"},
    {"type": "reset", "at": "after"},
    {"type": "truncated"},
    {"type": "html_page", "status": 200},
    {"type": "empty_object"},
]
OF_STREAMS = ["error_event", "stream_cut", "truncated", "malformed_json"]


def kind(fault):
    return " ".join(str(value) for value in fault.values())


def awake(model):
    """Give a model that really sleeps."""
    model._caller = Caller(sleep=sleep, async_sleep=asyncio.sleep)
    return model


@pytest.mark.parametrize(
    ("fault", "road"),
    [(fault, [*WHOLE, *STREAMED][number % 4]) for number, fault in enumerate(PASSING)],
    ids=lambda value: kind(value) if isinstance(value, dict) else str(value),
)
def test_what_passes_is_tried_again_until_the_answer_comes(azureml_emulator, fault, road):
    endpoint = spoilt(azureml_emulator, Case({**fault, "times": 2}), road.schema)
    model, pauses = road.model(endpoint, max_retries=2)
    got = road.walk(model)
    assert (got.text, got.error) == (SAID, None)
    assert [len(call.faults) for call in endpoint.calls] == [1, 1, 0]
    assert len(pauses) == 2


@pytest.mark.parametrize(
    ("fault", "road"),
    [(fault, [*WHOLE, *STREAMED][number % 4]) for number, fault in enumerate(LASTING)],
    ids=lambda value: kind(value) if isinstance(value, dict) else str(value),
)
def test_what_lasts_is_not_tried_again(azureml_emulator, fault, road):
    endpoint = spoilt(azureml_emulator, Case({**fault, "times": 1}), road.schema)
    model, pauses = road.model(endpoint, max_retries=5)
    error = road.walk(model).error
    assert isinstance(error, client.EndpointError)
    assert (len(endpoint.calls), pauses, error.attempts) == (1, [], 1)


@pytest.mark.parametrize(("fault", "road"), [*product(OF_STREAMS, STREAMED)], ids=str)
def test_nothing_is_tried_again_once_text_is_out(azureml_emulator, fault, road):
    endpoint = spoilt(azureml_emulator, Case({"type": fault, "times": 1}), road.schema)
    model, _ = road.model(endpoint, max_retries=5)
    got = road.walk(model)
    assert isinstance(got.error, client.StreamError)
    assert got.error.partial == got.text != ""
    assert len(endpoint.calls) == 1


@each_road
def test_the_last_error_counts_the_tries(azureml_emulator, road):
    endpoint = spoilt(azureml_emulator, Case({"type": "status", "status": 503}), road.schema)
    model, pauses = road.model(endpoint, max_retries=3)
    error = road.walk(model).error
    assert isinstance(error, client.ServiceUnavailableError)
    assert (error.attempts, len(endpoint.calls), len(pauses)) == (4, 4, 3)
    assert "4 tries" in str(error)


@each_road
def test_tries_are_counted_for_another_error_too(azureml_emulator, road):
    faults = [{"type": "status", "status": 503, "times": 1}, {"type": "empty_object"}]
    model, _ = road.model(azureml_emulator.endpoint(road.schema, faults=faults))
    error = road.walk(model).error
    assert isinstance(error, client.ResponseFormatError)
    assert (error.attempts, "2 tries" in str(error)) == (2, True)


@each_stream
def test_tries_are_counted_for_a_stream_that_breaks(azureml_emulator, road):
    faults = [{"type": "reset", "times": 1}, {"type": "stream_cut"}]
    model, _ = road.model(azureml_emulator.endpoint(road.schema, faults=faults))
    error = road.walk(model).error
    assert isinstance(error, client.StreamCutError)
    assert (error.attempts, "2 tries" in str(error)) == (2, True)


OWN = (0.25, 0.5)
"""The client's own first pause."""

ASKED = [
    (3, (3, 3)),
    (0, (0, 0)),
    ({"type": "date", "after_s": 5}, (5, 6)),
    ({"type": "date", "after_s": -3600}, (0, 0)),
    ({"type": "milliseconds", "after_s": 0.25}, (0.25, 0.25)),
    ({"type": "both", "after_s": 1.5}, (1.5, 1.5)),
    ("absent", OWN),
    *(({"type": "odd", "value": value}, OWN) for value in ("-1", "", "soon", "nan", "inf", "Mon, 99 Jan 2026")),
    *(({"type": "odd", "value": value, "header": "retry-after-ms"}, OWN) for value in ("-1", "", "soon")),
    ({"type": "odd", "value": "1.5"}, (1.5, 1.5)),
    (60, (60, 60)),
    (61, None),
    ({"type": "date", "after_s": 1e9}, None),
    ({"type": "milliseconds", "after_s": 3600}, None),
    ({"type": "odd", "value": "9" * 300}, None),
]


@pytest.mark.parametrize(
    ("retry_after", "bounds", "road"),
    [(*row, [*WHOLE, *STREAMED][number % 4]) for number, row in enumerate(ASKED)],
    ids=str,
)
def test_a_pause_is_as_long_as_the_endpoint_asks(azureml_emulator, retry_after, bounds, road):
    """One beyond what the policy waits ends the call at once."""
    busy = {"type": "status", "status": 429, "retry_after": retry_after, "times": 1}
    paused(azureml_emulator, [busy], bounds, road)


@pytest.mark.parametrize("skew", [86400, -86400])
@pytest.mark.parametrize(("after", "bounds"), [(5, (5, 6)), (-3600, (0, 0)), (61, None)])
def test_a_date_is_one_of_the_endpoints_clock(azureml_emulator, after, bounds, skew):
    """Which may be wrong."""
    busy = {"type": "status", "status": 429, "retry_after": {"type": "date", "after_s": after}, "times": 1}
    paused(azureml_emulator, [busy, {"type": "clock_skew", "seconds": skew}], bounds, WHOLE[0])


def paused(azureml_emulator, faults, bounds, road):
    endpoint = azureml_emulator.endpoint(road.schema, faults=faults)
    model, pauses = road.model(endpoint, max_retries=5, timeout=(5, 5))
    got = road.walk(model)
    if bounds is None:
        assert isinstance(got.error, client.TooManyRequestsError)
        assert "It asks to wait (retry-after" in str(got.error)
        assert (pauses, len(endpoint.calls)) == ([], 1)
    else:
        assert (got.text, len(endpoint.calls)) == (SAID, 2)
        assert bounds[0] <= pauses[0] <= bounds[1]


@pytest.mark.slow
@each_road
def test_the_total_holds_over_tries(azureml_emulator, road):
    retry_after = {"type": "milliseconds", "after_s": 0.1}
    case = Case({"type": "status", "status": 503, "retry_after": retry_after})
    endpoint = spoilt(azureml_emulator, case, road.schema)
    model, _ = road.model(endpoint, max_retries=50)
    started = monotonic()
    error = road.walk(awake(model), timeout=client.Timeout(total=0.35)).error
    assert monotonic() - started < 5
    if not isinstance(error, client.EndpointTimeoutError):  # which it is on a machine too slow for a try
        assert isinstance(error, client.ServiceUnavailableError)
        assert "The total timeout leaves no time for another try." in str(error)
    assert isinstance(error, client.EndpointError)
    assert error.attempts >= len(endpoint.calls) > 1
    assert len(endpoint.calls) <= 4


@each_road
def test_a_pause_beyond_the_total_is_not_begun(azureml_emulator, road):
    endpoint = spoilt(azureml_emulator, Case({"type": "status", "status": 429, "retry_after": 30}), road.schema)
    model, pauses = road.model(endpoint, max_retries=5)
    error = road.walk(model, timeout=client.Timeout(total=20)).error
    assert isinstance(error, client.TooManyRequestsError)
    assert "The total timeout leaves no time" in str(error)
    assert (pauses, len(endpoint.calls)) == ([], 1)


SILENT = [
    ({"type": "slow_body", "ms": 20_000}, (5, 0.15), "read"),
    ({"type": "trickle", "size": 60, "gap_ms": 20_000}, (5, 0.15), "read"),
    ({"type": "trickle", "size": 1, "gap_ms": 60}, {"total": 0.4}, "total"),
    ({"type": "slow_body", "ms": 20_000}, {"total": 0.15}, "total"),
]


@pytest.mark.slow
@each_road
@pytest.mark.parametrize(("fault", "timeout", "phase"), SILENT, ids=str)
def test_a_timeout_names_its_phase(azureml_emulator, fault, timeout, phase, road):
    endpoint = spoilt(azureml_emulator, Case(fault), road.schema)
    model, pauses = road.model(endpoint, max_retries=5)
    started = monotonic()
    got = road.walk(model, timeout=timeout)
    assert monotonic() - started < 5
    assert isinstance(got.error, client.EndpointTimeoutError)
    assert (got.error.phase, got.error.partial) == (phase, got.text)
    assert str(got.error).startswith(f"{phase} timeout: ")
    assert (len(endpoint.calls), pauses) == (1, [])


@pytest.mark.parametrize("road", WHOLE, ids=str)
def test_a_body_that_is_longer_than_was_said_leaves_nothing_for_the_next_call(azureml_emulator, road):
    """Its rest stands on a connection that stays open."""
    fault = {"type": "wrong_length", "by": -10, "keeps_open": True, "times": 1}
    model, _ = road.model(azureml_emulator.endpoint(road.schema, faults=[fault]))
    assert isinstance(road.walk(model).error, client.ResponseFormatError)
    assert [road.walk(model).text for _ in range(3)] == [SAID] * 3


def test_a_rest_on_a_connection_of_a_loop_is_not_read_either(azureml_emulator):
    """The loop goes on, and so do its connections."""
    fault = {"type": "wrong_length", "by": -10, "keeps_open": True, "times": 1}
    model, _ = WHOLE[1].model(azureml_emulator.endpoint("chat", faults=[fault]))

    async def calls():
        with pytest.raises(client.ResponseFormatError):
            await model.ainvoke(SAID)
        return [(await model.ainvoke(SAID)).content for _ in range(3)]

    assert asyncio.run(calls()) == [SAID] * 3


@pytest.mark.slow
@pytest.mark.parametrize("road", WHOLE, ids=str)
def test_a_body_that_is_shorter_than_was_said_is_waited_for_in_vain(azureml_emulator, road):
    endpoint = spoilt(azureml_emulator, Case({"type": "wrong_length", "by": 10, "keeps_open": True}), road.schema)
    model, _ = road.model(endpoint, timeout=(5, 0.15))
    error = road.walk(model).error
    assert isinstance(error, client.EndpointTimeoutError)
    assert error.phase == "read"
