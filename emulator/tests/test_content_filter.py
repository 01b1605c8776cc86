"""The content filter: what triggers it, and how each kind of endpoint refuses and cuts."""

import pytest
from pydantic import ValidationError

from azureml_emulator.content_filter import ContentFilter
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.schema import Answer

CHAT = {"messages": [{"role": "user", "content": "how to POISON a cat"}, {"role": "user", "content": "go on"}]}


def test_words_are_whole_and_in_any_case():
    words = ContentFilter.of(["poison", "two words"])
    texts = {"Poison!": True, "poisonous": False, "a two  words": False, "two words": True}
    assert {text: words.passed(Answer(text)).finish_reason == "content_filter" for text in texts} == texts
    assert words.passed(Answer("so: poison it")) == Answer("so: ", "content_filter")


@pytest.mark.parametrize(
    "given", ["(", [], [""], "", 5, ["x", 5], {}, {"trigger": ""}, {"trigger": "x", "body": "xml"}, {"triger": "x"}]
)
def test_what_triggers_nothing_is_refused(given):
    with pytest.raises(ValidationError):
        Endpoint("one", schema="chat", content_filter=given)


def test_a_serverless_prompt_is_refused_as_documented(make_call, json_of):
    engine = Engine([Endpoint("one", schema="chat", content_filter="(?i)poison")])
    reply = engine.score(make_call(CHAT, path="/v1/chat/completions", listener="one"))
    assert reply.status == 400
    assert json_of(reply) == {
        "error": {
            "message": "The response was filtered due to the prompt triggering Microsoft's content management "
            "policy. Please modify your prompt and retry.",
            "type": None,
            "param": "prompt",
            "code": "content_filter",
            "status": 400,
        }
    }
    assert reply.exchange.notes == ["the content filter was triggered by the prompt"]


def test_a_serverless_prompt_is_refused_in_the_words_of_the_reference(make_call, json_of):
    settings = {"trigger": ["poison"], "body": "plain"}
    engine = Engine([Endpoint("one", schema="chat", content_filter=settings)])
    reply = engine.score(make_call(CHAT, path="/chat/completions", listener="one"))
    assert reply.status == 400
    assert json_of(reply) == {
        "status": 400,
        "code": "content_filter",
        "message": "The response was filtered",
        "param": "messages",
        "type": None,
    }


def test_the_llm_servers_score_says_nothing_of_it(make_call):
    engine = Engine([Endpoint("one", schema="chat-completion", content_filter="(?i)poison")])
    reply = engine.score(make_call({"input_data": {"input_string": CHAT["messages"]}}, listener="one"))
    assert (reply.status, reply.body) == (200, b"{}")
    assert reply.exchange.notes == ["the content filter was triggered by the prompt"]


def test_a_parameter_that_a_model_does_not_support_is_refused_as_documented(make_call, json_of):
    engine = Engine([Endpoint("one", schema="chat", not_supported=["response_format"])])
    body = {"messages": CHAT["messages"], "response_format": {"type": "json_object"}}
    reply = engine.score(make_call(body, path="/chat/completions", listener="one"))
    assert reply.status == 422
    assert json_of(reply) == {
        "status": 422,
        "code": "parameter_not_supported",
        "detail": {"loc": ["body", "response_format"], "input": {"type": "json_object"}},
        "message": "One of the parameters contain invalid values.",
    }
    assert (
        engine.score(make_call({**body, "response_format": None}, path="/chat/completions", listener="one")).status
        == 200
    )


def test_a_dedicated_prompt_is_refused_in_its_servers_words(make_call, json_of):
    engine = Engine([Endpoint("one", schema="chat-completion", content_filter="(?i)poison")])
    reply = engine.score(make_call(CHAT, path="/chat/completions", listener="one"))
    assert reply.status == 424
    assert json_of(reply)["error"]["message"] == "request input violates azure ai content safety setting."


def test_an_answer_is_cut_streamed_or_not(make_call, json_of):
    answer = {"type": "fixed", "text": "take some poison now"}
    engine = Engine([Endpoint("one", schema="completions", answer=answer, content_filter=["poison"])])
    body = {"prompt": "hello"}
    (choice,) = json_of(engine.score(make_call(body, path="/completions", listener="one")))["choices"]
    assert (choice["text"], choice["finish_reason"]) == ("take some ", "content_filter")
    streamed = engine.score(make_call({**body, "stream": True}, path="/completions", listener="one"))
    assert b"poison" not in streamed.body
    assert b'"finish_reason":"content_filter"' in streamed.body


def test_a_deployments_own_filter_comes_before_the_endpoints():
    endpoint = Endpoint("one", schema="chat", content_filter="a", deployments=({"name": "x", "content_filter": "b"},))
    assert endpoint.deployments[0].content_filter == ContentFilter.of("b")
