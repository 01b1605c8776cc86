"""Tables, tensors and the other containers of Microsoft's examples."""

import json

import pytest

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import WrongShape
from azureml_emulator.schemas import find
from azureml_emulator.wire import Call

KEY = Endpoint("any", schema="gpt2").key
TABLE = {"columns": ["a", "b"], "index": [0, 1], "data": [[1, 2], [3, 4]]}


def answer(schema, body, **settings):
    engine = Engine([Endpoint("one", schema=schema, **settings)])
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    reply = engine.score(Call("POST", find(schema).paths[0], headers, json.dumps(body).encode(), 1.0, "one"))
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


def test_a_row_is_the_same_wherever_it_stands():
    one, two = answer("mlflow", {"input_data": TABLE})
    assert one != two
    turned = {"columns": ["b", "a"], "index": [5, 6], "data": [[4, 3], [2, 1]]}
    assert answer("mlflow", {"input_data": turned}) == [two, one]
    assert answer("mlflow", {"input_data": {"a": [1, 3], "b": [2, 4]}}) == [one, two]


@pytest.mark.parametrize("tensor", [[1.0, 2.0, 3.0], [[1, 2], [3, 4], [5, 6]], [[[1], [2]], [[3], [4]], [[5], [6]]]])
def test_a_tensor_has_a_number_for_each_row(tensor):
    found = answer("mlflow", {"input_data": tensor})
    assert len(set(found)) == 3


def test_numbers_of_columns_are_names_too():
    assert len(answer("mlflow", {"input_data": {"columns": [0, "b"], "index": [0], "data": [[1, "x"]]}})) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        *(({name: TABLE[name] for name in TABLE if name != missing}, missing) for missing in TABLE),
        ({**TABLE, "index": [0]}, "1 rows in index, but 2 in data"),
        ({**TABLE, "data": [[1, 2], [3]]}, "row 1 has 1 cells, but there are 2 columns"),
        ({"a": [1, 2], "b": [3]}, 'expected tensors of one length, not {"a": 2, "b": 1}'),
        ({"a": 1}, "input_data.a"),
        ("text", "input_data"),
        ({}, "input_data.columns"),
    ],
)
def test_a_wrong_table_is_refused(data, said):
    with pytest.raises(WrongShape) as refused:
        find("mlflow").parse({"input_data": data})
    assert said in refused.value.message


@pytest.mark.parametrize("body", [{"inputs": [[1, 2]]}, {"dataframe_split": TABLE}])
def test_forms_of_the_open_source_server_are_refused(body):
    with pytest.raises(WrongShape):
        find("mlflow").parse(body)


@pytest.mark.parametrize("family", ["mlflow", "score-py"])
def test_the_answer_source_can_say_the_number(family):
    body = {"input_data": TABLE} if family == "mlflow" else {"data": TABLE["data"]}
    assert answer(family, body, answer={"type": "fixed", "text": "0.25"}) == [0.25, 0.25]


def test_score_py_takes_rows_only():
    assert len(answer("score-py", {"data": [[1, "x"], {"a": 2}]})) == 2
    with pytest.raises(WrongShape, match=r"data\[0\]"):
        find("score-py").parse({"data": [1]})


@pytest.mark.parametrize(
    ("body", "noted"), [(b'{"data": [1]}', "data[0]"), (b'{"rows": []}', "data"), (b"[1", "JSON"), (b"", "empty")]
)
def test_score_py_tells_the_journal_alone_what_it_did_not_understand(body, noted):
    engine = Engine([Endpoint("one", schema="score-py", api_type="local")])
    reply = engine.score(Call("POST", "/score", {"content-type": "application/json"}, body, 1.0, "one"))
    text = "An unexpected error occurred in scoring script. Check the logs for more info."
    assert (reply.status, json.loads(reply.body)) == (500, {"message": text})
    assert noted in reply.exchange.notes[0]


def test_half_plus_two():
    assert answer("tensorflow-serving", {"instances": [1.0, 2, -4]}) == {"predictions": [2.5, 3.0, 0.0]}
    assert len(answer("tensorflow-serving", {"instances": [[1.0], "x", True]})["predictions"]) == 3


def test_prompt_flow_knows_what_was_said_before():
    history = [{"inputs": {"question": "a"}, "outputs": {"answer": "b"}}, {"inputs": {}, "outputs": {"answer": 5}}]
    body = {"question": "c", "chat_history": history}
    [prompt] = find("prompt-flow").parse(body).prompts
    assert [(one["role"], one["content"]) for one in prompt.messages] == [
        ("user", "a"),
        ("assistant", "b"),
        ("user", "c"),
    ]
    assert answer("prompt-flow", body) == {"answer": "c"}
