"""Text in, text out: three generations of requests, each answered in its own form, and the LLM server's own."""

import pytest

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import WrongShape
from azureml_emulator.schemas import find

FIRST = {"inputs": {"input_string": ["a", "b"]}, "parameters": {"t": 1}}
SECOND = {"input_data": {"input_string": ["a", "b"], "parameters": {"t": 1}}}
SECOND_BESIDE = {"input_data": {"input_string": ["a", "b"]}, "parameters": {"t": 1}}
THIRD = {"input_data": ["a", "b"], "params": {"t": 1}}
ROWS = [{"0": "a"}, {"0": "b"}]
LIST = ["a", "b"]
CHAT = {"input_data": {"input_string": [{"role": "user", "content": "a"}], "parameters": {"t": 1}}}


@pytest.fixture
def ask(make_call):
    """Score a body at an endpoint of a shape."""

    def ask(schema, body, **options):
        return Engine([Endpoint("one", schema=schema, **options)]).score(make_call(body, listener="one"))

    return ask


@pytest.mark.parametrize("schema", ["catalog", "text-summarization", "translation"])
@pytest.mark.parametrize(
    ("body", "answer"), [(FIRST, ROWS), (SECOND, ROWS), (SECOND_BESIDE, ROWS), (THIRD, LIST)], ids=[1, 2, "2b", 3]
)
def test_each_generation_is_answered_in_its_own_form(schema, body, answer, ask, json_of):
    assert find(schema).parse(body).parameters == {"t": 1}
    assert json_of(ask(schema, body)) == answer


def test_the_innermost_parameters_win():
    body = {
        "input_data": {"input_string": ["a"], "parameters": {"t": 3}},
        "params": {"t": 2, "u": 2},
        "parameters": {"t": 1, "u": 1, "v": 1},
    }
    assert find("catalog").parse(body).parameters == {"t": 3, "u": 2, "v": 1}


@pytest.mark.parametrize("schema", ["catalog", "llama", "phi-1-5", "text-generation"])
def test_generated_text_repeats_the_prompt_unless_told_otherwise(schema):
    assert find(schema).parse({"input_data": {"input_string": ["a"]}}).full_text is True


@pytest.mark.parametrize("schema", ["text-summarization", "translation"])
def test_other_tasks_do_not_repeat_it(schema):
    assert find(schema).parse(THIRD).full_text is False


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"input_data": ["a", 1]}, "input_data[1]:"),
        ({"input_data": {"input_string": "a"}}, "input_data.input_string:"),
        ({"inputs": {"text": ["a"]}}, "inputs.input_string:"),
        ({"input_data": ["a"], "params": []}, "params:"),
        ({"text": "a"}, "input_data:"),
    ],
)
def test_a_refusal_speaks_of_the_generation_that_was_meant_alone(body, place):
    with pytest.raises(WrongShape) as caught:
        find("catalog").parse(body)
    assert str(caught.value).startswith(place)
    assert ";" not in str(caught.value)


def test_phi_1_5_answers_an_object_with_a_list(ask, json_of):
    assert json_of(ask("phi-1-5", SECOND)) == {"output": LIST}


class TestTheLlmServer:
    def test_all_answers_of_generation_2_are_in_one_row(self, ask, json_of):
        assert json_of(ask("text-generation", SECOND)) == [{"0": "a", "1": "b"}]

    def test_generation_3_is_a_list(self, ask, json_of):
        assert json_of(ask("text-generation", THIRD)) == LIST

    def test_chat_is_the_output(self, ask, json_of):
        assert json_of(ask("chat-completion", CHAT)) == {"output": "a"}

    @pytest.mark.parametrize(
        ("schema", "body"),
        [
            ("text-generation", FIRST),
            ("text-generation", {"input_data": "a"}),
            ("text-generation", {}),
            ("chat-completion", {}),
            ("chat-completion", SECOND),
        ],
    )
    def test_what_it_does_not_understand_gets_nothing_and_200(self, schema, body, ask):
        reply = ask(schema, body)
        assert (reply.status, reply.body) == (200, b"{}")
        assert reply.exchange.problem

    def test_a_model_that_fails_gets_nothing_and_200(self, ask):
        failing = {"type": "python", "function": "json:loads"}
        reply = ask("text-generation", THIRD, answer=failing)
        assert (reply.status, reply.body) == (200, b"{}")
        assert reply.exchange.problem

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"{x", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
            (b"", "Expecting value: line 1 column 1 (char 0)"),
        ],
    )
    def test_a_body_that_is_no_json_is_an_error(self, body, reason, ask, json_of, headers_of):
        reply = ask("text-generation", body)
        message = f"An error occurred during the request processing: {reason}"
        assert reply.status == 424
        assert headers_of(reply)["ms-azureml-model-error-statuscode"] == "500"
        assert json_of(reply) == {"error": {"code": "Internal Server Error", "message": message, "status": 500}}

    @pytest.mark.parametrize(
        ("schema", "path", "body"),
        [
            ("chat-completion", "/v1/chat/completions", {"messages": [{"role": "user", "content": "a"}]}),
            ("visual-chat-completion", "/chat/completions", {"messages": [{"role": "user", "content": "a"}]}),
            ("text-generation", "/v1/completions", {"prompt": "a"}),
        ],
    )
    def test_the_common_api_is_beside_score(self, schema, path, body, make_call, json_of):
        reply = Engine([Endpoint("one", schema=schema)]).score(make_call(body, path=path, listener="one"))
        choice = json_of(reply)["choices"][0]
        assert (choice.get("text") or choice["message"]["content"]) == "a"


class TestChatAboutImages:
    IMAGE = {"type": "image_url", "image_url": {"url": "https://example.com/a.jpg"}}

    def body(self, *parts):
        return {"input_data": {"input_string": [{"role": "user", "content": list(parts)}]}}

    def test_the_text_parts_are_the_prompt(self, ask, json_of):
        text = {"type": "text", "text": "what?"}
        assert json_of(ask("visual-chat-completion", self.body(self.IMAGE, text))) == {"output": "what?"}

    @pytest.mark.parametrize(
        "part", [{"type": "image_url"}, {"type": "image_url", "image_url": "x"}, {"type": "sound"}, {"text": "a"}]
    )
    def test_a_part_that_is_neither_is_refused(self, part):
        with pytest.raises(WrongShape, match="content"):
            find("visual-chat-completion").parse(self.body(self.IMAGE, part))
