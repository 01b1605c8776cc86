"""Rate limits of serverless endpoints, through the engine, in virtual time."""

import json
from math import ceil, inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from azureml_emulator.admission.quota import Window, asked_for
from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.schema import Prompt, Reading
from azureml_emulator.wire import Call

NOON = 1_700_000_000.0
HELLO = {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 9}
"""A request for a token in, and nine out."""


def an_engine(latency=None, schema="chat", **limits):
    return Engine([Endpoint("mistral", schema=schema, latency=latency, rate_limit=limits)])


def ask(engine, at=0.0, body=HELLO, path="/v1/chat/completions", query="", key=DEVELOPMENT_KEY):
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return engine.score(Call("POST", path, headers, raw, NOON + at, query=query))


def told(reply):
    return {name: value for name, value in reply.headers if name.startswith(("x-ratelimit", "retry-after"))}


class TestTokens:
    def test_what_a_prompt_has_and_an_answer_may_have_is_counted_when_a_call_comes(self):
        engine = an_engine(tokens_per_minute=25)
        assert told(ask(engine)) == {"x-ratelimit-limit-tokens": "25", "x-ratelimit-remaining-tokens": "15"}
        assert told(ask(engine))["x-ratelimit-remaining-tokens"] == "5"
        assert ask(engine).status == 429

    def test_they_are_back_a_minute_after_the_first_of_them(self):
        engine = an_engine(tokens_per_minute=10)
        assert [ask(engine, at).status for at in (7, 66.9, 67, 126, 127)] == [200, 429, 200, 429, 200]

    @pytest.mark.parametrize(
        ("said", "tokens"),
        [({"n": 3}, 28), ({"max_tokens": 90}, 91), ({"best_of": 2}, 19), ({"max_tokens": None}, 257)],
    )
    def test_more_answers_and_longer_ones_cost_more(self, said, tokens):
        reply = ask(an_engine(tokens_per_minute=1000), body=HELLO | said)
        assert told(reply)["x-ratelimit-remaining-tokens"] == str(1000 - tokens)

    def test_several_prompts_each_have_their_answers(self):
        assert asked_for(Reading((Prompt("one"), Prompt("two")), {"max_tokens": 5}, choices=2)) == 2 + 2 * 2 * 5

    def test_embeddings_have_only_prompts(self):
        reply = ask(
            an_engine(schema="embeddings", tokens_per_minute=9), body={"input": ["a", "b"]}, path="/embeddings"
        )
        assert told(reply)["x-ratelimit-remaining-tokens"] == "7"

    def test_who_asks_for_more_than_all_is_told_to_come_tomorrow(self):
        assert told(ask(an_engine(tokens_per_minute=9)))["retry-after"] == "86400"

    def test_a_body_that_cannot_be_read_costs_nothing(self):
        reply = ask(an_engine(tokens_per_minute=9), body=b"{")
        assert (reply.status, told(reply)["x-ratelimit-remaining-tokens"]) == (422, "9")


class TestRequests:
    def test_a_minutes_requests_are_spread_over_six_windows(self):
        engine = an_engine(requests_per_minute=18)
        replies = [ask(engine, at) for at in (0, 1, 2, 3, 9.5, 10)]
        assert [one.status for one in replies] == [200, 200, 200, 429, 429, 200]
        assert told(replies[0]) == {"x-ratelimit-limit-requests": "3", "x-ratelimit-remaining-requests": "2"}
        assert told(replies[3]) == {
            "retry-after": "7",
            "x-ratelimit-limit-requests": "3",
            "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-reset-requests": "7",
        }

    def test_or_over_one(self):
        engine = an_engine(requests_per_minute=2, request_window_s=60)
        assert [ask(engine, at).status for at in (0, 30, 59, 60)] == [200, 200, 429, 200]

    def test_a_refused_call_counts_for_nothing_and_asks_nobody(self):
        asked = []
        engine = Engine(
            [
                Endpoint(
                    "mistral",
                    schema="chat",
                    answer=lambda prompt, parameters: asked.append(prompt) or "",
                    rate_limit={"requests_per_minute": 6, "tokens_per_minute": 20},
                )
            ]
        )
        assert [ask(engine, at).status for at in (0, 1, 2, 10, 20)] == [200, 429, 429, 200, 429]
        assert len(asked) == 2

    def test_who_has_no_key_counts_for_nothing(self):
        engine = an_engine(requests_per_minute=6)
        assert [ask(engine, key=key).status for key in ("wrong", "wrong", DEVELOPMENT_KEY)] == [401, 401, 200]


class TestConcurrentRequests:
    def test_one_more_than_may_be_in_flight_is_refused_and_nobody_waits(self):
        engine = an_engine(1000, concurrent_requests=2)
        replies = [ask(engine, at) for at in (0, 0.5, 0.75, 1)]
        assert [(one.status, one.seconds) for one in replies] == [(200, 1), (200, 1), (429, 0), (200, 1)]
        assert replies[2].exchange.notes == ["2 requests are in flight"]

    def test_who_goes_away_makes_room(self):
        engine = an_engine(1000, concurrent_requests=1)
        reply = ask(engine)
        engine.gone(reply, NOON + 0.25)
        assert ask(engine, 0.5).status == 200


class TestRefusals:
    def test_it_says_what_callers_report(self):
        engine = an_engine(requests_per_minute=6)
        ask(engine)
        reply = ask(engine, 0.5, query="api-version=2024-05-01-preview")
        assert ("content-type", "application/json") in reply.headers
        assert json.loads(reply.body) == {
            "error": {
                "code": "429",
                "message": "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version "
                "2024-05-01-preview have exceeded call rate limit of your current AIServices S0 pricing tier. Please "
                "retry after 10 seconds. Please contact Azure support service if you would like to further increase "
                "the default rate limit.",
            }
        }

    def test_or_has_the_fields_of_the_reference(self):
        body = json.loads(ask(an_engine(tokens_per_minute=1, body="plain")).body)
        assert (list(body), body["status"]) == (["error", "message", "status"], 429)
        assert "exceeded token rate limit" in body["message"]

    @pytest.mark.parametrize(
        ("setting", "headers"),
        [
            ("absent", {}),
            ("milliseconds", {"retry-after-ms": "9500"}),
            ("date", {"retry-after": "Tue, 14 Nov 2023 22:13:30 GMT"}),
            (30, {"retry-after": "30"}),
        ],
    )
    def test_when_to_come_again_is_said_as_wanted(self, setting, headers):
        engine = an_engine(requests_per_minute=6, headers=False, retry_after=setting)
        assert told(ask(engine)) == {}
        assert told(ask(engine, 0.5)) == headers

    def test_headers_can_be_odd(self):
        engine = an_engine(requests_per_minute=6, headers="odd", retry_after="odd")
        assert set(told(ask(engine)).values()) == {"-1"}
        assert told(ask(engine)) == {
            "retry-after": "-1",
            "x-ratelimit-limit-requests": "-1",
            "x-ratelimit-remaining-requests": "-1",
            "x-ratelimit-reset-requests": "0",
        }


def test_a_change_of_limits_does_not_forget_what_was_counted():
    engine = an_engine(1000, requests_per_minute=6, tokens_per_minute=30, concurrent_requests=5)
    ask(engine)
    limits = {"requests_per_minute": 12, "tokens_per_minute": 25, "concurrent_requests": 2}
    engine.change("mistral", rate_limit=limits)
    reply = ask(engine)
    assert told(reply)["x-ratelimit-remaining-requests"] == "0"
    assert told(reply)["x-ratelimit-remaining-tokens"] == "5"
    assert ask(engine).exchange.notes == ["2 requests are in flight"]
    engine.reset()
    assert ask(engine).status == 200


@settings(deadline=None, derandomize=True, max_examples=100)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), max_size=20), st.integers(1, 10), st.integers(1, 60)
)
def test_no_window_gives_more_than_it_has_and_none_less(calls, limit, seconds):
    window, now, given_out = Window(limit, seconds), 0, []
    for gap, wanted in calls:
        now += gap
        wait = window.lacks(now, wanted)
        # A second opinion: windows follow from the calls that were let in, the first of each opens it.
        opened = -inf
        for at, _ in given_out:
            opened = at if at >= opened + seconds else opened
        taken = sum(number for at, number in given_out if at >= opened) if now < opened + seconds else 0
        if taken + wanted <= limit:
            assert wait == 0
            window.take(now, wanted)
            given_out.append((now, wanted))
        else:
            assert wait == (86400 if wanted > limit else opened + seconds - now)
            assert wait > 0
            assert ceil(wait) >= 1


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({}, "expected requests_per_minute, tokens_per_minute or concurrent_requests"),
        ({"requests_per_minute": 0}, "greater than or equal to 1"),
        ({"tokens_per_minute": True}, "not true or false"),
        ({"requests_per_minute": 1, "headers": "some"}, "expected true, false or odd"),
        ({"requests_per_minute": 1, "retry_after": "never"}, "or one of absent"),
        ({"requests_per_minute": 1, "request_window_s": 0}, "greater than or equal to 1"),
        ({"request_per_minute": 1}, "request_per_minute"),
    ],
)
def test_what_cannot_be_a_limit_is_refused(said, message):
    with pytest.raises(ValidationError, match=message):
        an_engine(**said)


def test_only_serverless_endpoints_have_them():
    with pytest.raises(ValueError, match="rate_limit is for serverless endpoints"):
        Endpoint("gpt2", schema="gpt2", rate_limit={"requests_per_minute": 1})
