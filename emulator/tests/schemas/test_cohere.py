"""Cohere's own routes: chat in both versions, embeddings by type, documents by relevance."""

import json

import pytest

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import WrongShape
from azureml_emulator.schemas import find

TOOL = {
    "name": "shop",
    "description": "Sells fruit",
    "parameter_definitions": {
        "item": {"type": "str", "required": True},
        "quantity": {"type": "int", "required": True},
        "gift": {"type": "bool"},
    },
}


@pytest.fixture
def post(make_call):
    engine = Engine([Endpoint("one", schema=name) for name in ("cohere-chat",)])
    engine.add(Endpoint("embed", schema="cohere-embed", model="Cohere-embed-v3-english"))
    engine.add(Endpoint("rank", schema="cohere-rerank"))
    return lambda path, body, listener="one": engine.score(make_call(body, path=path, listener=listener))


def test_version_1_streams_lines_and_ends_with_the_whole_answer(post):
    body = {"message": "good morning", "chat_history": [{"role": "CHATBOT", "message": "hi"}], "stream": True}
    first, *middle, last = (json.loads(line) for line in post("/v1/chat", body).body.splitlines())
    assert (first["event_type"], first["is_finished"]) == ("stream-start", False)
    assert "".join(one["text"] for one in middle) == "good morning"
    assert (last["event_type"], last["is_finished"], last["finish_reason"]) == ("stream-end", True, "COMPLETE")
    assert last["response"]["text"] == "good morning"
    assert last["response"]["generation_id"] == first["generation_id"]
    assert last["response"]["token_count"]["response_tokens"] == len(middle)


def test_version_1_reads_its_history(post):
    history = [
        {"role": "SYSTEM", "message": "s"},
        {"role": "USER", "message": "u"},
        {"role": "CHATBOT", "message": "c"},
    ]
    reading = find("cohere-chat").parse({"message": "m", "chat_history": history, "max_tokens": 3})
    (prompt,) = reading.prompts
    assert [(one["role"], one["content"]) for one in prompt.messages] == [
        ("system", "s"), ("user", "u"), ("assistant", "c"), ("user", "m"),
    ]  # fmt: skip
    assert reading.parameters == {"max_tokens": 3}


def test_version_1_calls_tools_and_takes_their_results(post, json_of):
    answer = json_of(post("/v1/chat", {"message": "4 'pears' please", "tools": [TOOL]}))
    (call,) = answer["tool_calls"]
    assert (answer["text"], call["name"]) == ("", "shop")
    assert call["parameters"]["item"] == "pears"
    assert call["parameters"]["quantity"] == 4
    results = [{"call": call, "outputs": [{"sold": 4}]}]
    then = json_of(post("/v1/chat", {"message": "4 'pears' please", "tools": [TOOL], "tool_results": results}))
    assert json.loads(then["text"]) == [[{"sold": 4}]]
    assert "tool_calls" not in then


def test_version_1_cites_the_documents_it_used(post, json_of):
    documents = [{"snippet": "herons wade"}, {"id": "mine", "text": "all about herons"}, {"text": "nothing"}]
    answer = json_of(post("/v1/chat", {"message": "Where do herons nest?", "documents": documents}))
    assert [one["document_ids"] for one in answer["citations"]] == [["doc_0"], ["mine"]]
    for one in answer["citations"]:
        assert answer["text"][one["start"] : one["end"]] == one["text"] == "herons"
    assert [one["id"] for one in answer["documents"]] == ["doc_0", "mine"]


def test_version_2_streams_typed_events(post):
    body = {"messages": [{"role": "user", "content": "good morning"}], "stream": True}
    events = [
        json.loads(line.removeprefix("data: ")) for line in post("/v2/chat", body).body.decode().split("\n\n")[:-1]
    ]
    kinds = [one["type"] for one in events]
    assert kinds[:2] == ["message-start", "content-start"]
    assert kinds[-2:] == ["content-end", "message-end"]
    assert set(kinds[2:-2]) == {"content-delta"}
    assert events[-1]["delta"]["usage"]["tokens"]["output_tokens"] == len(kinds) - 4


def test_version_2_calls_tools_plain_and_streamed(post, json_of):
    function = {"name": "shop", "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}}}
    body = {"messages": [{"role": "user", "content": "7"}], "tools": [{"type": "function", "function": function}]}
    answer = json_of(post("/v2/chat", body))
    (call,) = answer["message"]["tool_calls"]
    assert (answer["finish_reason"], call["function"]["name"]) == ("TOOL_CALL", "shop")
    assert "content" not in answer["message"]
    lines = post("/v2/chat", {**body, "stream": True}).body.decode().split("\n\n")[:-1]
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    said = [one["delta"]["message"]["tool_calls"] for one in events if one["type"] == "tool-call-delta"]
    assert "".join(one["function"]["arguments"] for one in said) == call["function"]["arguments"]


def test_embeddings_by_type(post, json_of):
    body = {"texts": ["a", "b"], "input_type": "classification"}
    floats = json_of(post("/v1/embed", body, "embed"))
    assert [len(one) for one in floats["embeddings"]] == [1024, 1024]
    kinds = ["float", "int8", "uint8", "binary", "ubinary"]
    forms = json_of(post("/v1/embed", {**body, "embedding_types": kinds}, "embed"))["embeddings"]
    assert forms["float"] == floats["embeddings"]
    assert {name: len(one[0]) for name, one in forms.items()} == dict.fromkeys(kinds, 1024) | {
        "binary": 128,
        "ubinary": 128,
    }
    assert max(map(abs, forms["int8"][0])) == 127
    assert all(-128 <= one <= 127 for one in forms["binary"][0])
    for numbers, signs in zip(forms["float"], forms["ubinary"], strict=True):
        assert [one > 0 for one in numbers] == [bit == "1" for byte in signs for bit in f"{byte:08b}"]


def test_version_2_embeds_images_or_texts_but_not_nothing(post, json_of):
    body = {"input_type": "image", "images": ["data:image/png;base64,AA"], "output_dimension": 8}
    answer = json_of(post("/v2/embed", body, "embed"))
    assert (answer["texts"], answer["meta"]["billed_units"]) == ([], {"images": 1})
    assert len(answer["embeddings"]["float"][0]) == 8
    with pytest.raises(WrongShape, match="expected texts or images"):
        find("cohere-embed-v2").parse({"input_type": "image"})


def test_documents_are_ranked_by_relevance(post, json_of):
    documents = ["Cats sleep.", "The Danube flows through Vienna.", {"text": "Vienna", "title": "x"}]
    body = {"query": "Which river flows through Vienna?", "documents": documents}
    answer = json_of(post("/v1/rerank", {**body, "return_documents": True, "top_n": 2}, "rank"))
    scores = [one["relevance_score"] for one in answer["results"]]
    assert [one["index"] for one in answer["results"]] == [1, 2]
    assert 1 >= scores[0] > scores[1] > 0
    assert [one["document"] for one in answer["results"]] == [{"text": documents[1]}, documents[2]]
    assert answer["meta"]["billed_units"] == {"search_units": 1}
    everything = json_of(post("/v2/rerank", {**body, "documents": documents[:2]}, "rank"))
    assert [one["index"] for one in everything["results"]] == [1, 0]
    assert "document" not in everything["results"][0]
