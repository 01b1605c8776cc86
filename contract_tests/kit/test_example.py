"""A wire that is drawn from an example."""

import json
from contextlib import suppress

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from azureml_contract.broken import Refused
from azureml_contract.cli import main
from azureml_contract.example import BadExample, Example
from azureml_contract.stage import KEY, staged
from azureml_emulator.places import all_places, shown
from contract_tests.kit import cases

REQUEST = {"input": {"ask": "Why?"}, "options": {"temperature": 0.5}, "version": 1}
RESPONSE = {"result": [{"said": "Because."}], "took": 12}
SUMMARY = f"{cases.__name__}:Summary"
PLACES = ["--prompt-at", "$.input.ask", "--text-at", "$.result[0].said"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(autouse=True)
def folder(folder, tmp_path):
    (tmp_path / "ask.json").write_text(json.dumps(REQUEST))
    (tmp_path / "say.json").write_text(json.dumps(RESPONSE))
    return tmp_path


def check(*more: str) -> int:
    return main(["check", SUMMARY, "--request-example", "ask.json", "--response-example", "say.json", *more])


def drawn(folder, request, response=RESPONSE, text_at="$.result[0].said", **places):
    (folder / "ask.json").write_text(json.dumps(request))
    (folder / "say.json").write_text(json.dumps(response))
    return Example("ask.json", "say.json", text_at, **places).wire()


@pytest.mark.slow
def test_a_formatter_of_ones_own_wire(capsys):
    assert check(*PLACES, "--parameters-at", "$.options", "--examples", "3") == 0
    assert "checks hold" in capsys.readouterr().out


@pytest.mark.slow
def test_parameters_whose_place_nobody_knows_are_left_out(capsys):
    assert check(*PLACES, "--examples", "1") == 0
    told = capsys.readouterr().out
    assert "note: R04 is left out: --parameters-at says where parameters stand in ask.json" in told


def test_the_command_that_is_printed_has_the_whole_example(capsys):
    check("--prompt-at", "$.version", *PLACES[2:])
    assert "expected a text at $.version, found 1" in capsys.readouterr().err
    files = ["--request-example", "ask.json", "--response-example", "say.json"]
    main(["check", f"{cases.__name__}:Stripping", *files, *PLACES, "--check", "R03"])
    told = capsys.readouterr().out.replace("'", "")
    assert "--request-example ask.json --prompt-at $.input.ask --response-example say.json --text-at $" in told


@pytest.mark.slow
def test_a_client_on_ones_own_wire(capsys):
    example = ["--request-example", "ask.json", "--response-example", "say.json", *PLACES, "--check", "C01"]
    assert main(["check", f"{cases.__name__}:Client", "--formatter", SUMMARY, *example]) == 0
    assert "1/1 checks hold" in capsys.readouterr().out
    assert main(["check", f"{cases.__name__}:KeyInUrl", "--formatter", SUMMARY, *example]) == 1
    assert "FAIL C01" in capsys.readouterr().out


def test_an_endpoint_of_ones_own_wire_says_what_it_is_asked_and_refuses_the_rest():
    wire = Example("ask.json", "say.json", "$.result[0].said", "$.input.ask").wire()
    with staged(wire) as stage:
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        said = requests.post(stage.endpoint.url, b'{"input": {"ask": "Who?"}}', headers=headers, timeout=10)
        assert (said.status_code, said.json()) == (200, {"result": [{"said": "Who?"}], "took": 12})
        said = requests.post(stage.endpoint.url, b'{"input": {}}', headers=headers, timeout=10)
        assert said.status_code >= 400


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--prompt-at", "$.input.question", *PLACES[2:]], 'no $.input.question; $.input is an object with "ask"'),
        (["--prompt-at", "input", *PLACES[2:]], "ask.json: expected a place such as $.inputs[0], not 'input'"),
        (["--prompt-at", "$.input", *PLACES[2:]], "ask.json: expected a text at $.input, found an object"),
        ([*PLACES[:2], "--text-at", "$.result[1].said"], "there is no $.result[1]; $.result is a list of 1"),
        ([*PLACES[:2], "--text-at", "$.took"], "say.json: expected a text at $.took, found 12"),
        ([*PLACES, "--parameters-at", "$.version"], "ask.json: expected an object at $.version, found 1"),
        ([*PLACES, "--messages-at", "$.input"], "expected --prompt-at or --messages-at, not both"),
        (["--messages-at", "$.input", *PLACES[2:]], "expected messages with role and content at $.input"),
        ([*PLACES, "--schema", "gpt2"], "expected --schema or an example of the wire, not both"),
        (PLACES[:2], "an example of the wire needs --text-at too"),
    ],
)  # fmt: skip
def test_errors_name_the_file_and_the_place(capsys, more, told):
    assert check(*more) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "cannot be read"), (b"{", "expected JSON"), (b"\xff\xfe", "expected JSON"), (b"[" * 99_999, "")],
)  # fmt: skip
def test_a_file_that_is_no_json(folder, capsys, content, told):
    (folder / "ask.json").unlink()
    if content is not None:
        (folder / "ask.json").write_bytes(content)
    assert check(*PLACES) == 2
    said = capsys.readouterr().err
    assert "ask.json" in said
    assert told in said


def test_a_list_of_nothing_but_the_prompt_takes_several(folder):
    wire = drawn(folder, {"inputs": ["a"]}, prompt_at="$.inputs[0]")
    assert wire.asked(b'{"inputs": ["x", "y"]}').prompts == ("x", "y")
    for body in (b'{"inputs": ["x", 1]}', b'{"inputs": "x"}', b'{"inputs": [[]]}', b"[]", b'{"inputs": {}}'):
        with pytest.raises(Refused):
            wire.asked(body)


def test_a_list_with_more_in_it_has_one_prompt(folder):
    wire = drawn(folder, ["be brief", "a"], prompt_at="$[1]")
    assert wire.prompt(b'["be brief", "x"]') == "x"


def test_parameters_beside_the_prompt(folder):
    wire = drawn(folder, {"prompt": "a", "n": 1}, prompt_at="$.prompt", parameters_at="$")
    assert wire.asked(b'{"prompt": "x", "top_p": 0, "stop": []}').parameters == {"top_p": 0, "stop": []}


def test_parameters_that_are_called_so(folder):
    wire = drawn(folder, {"in": "a", "cfg": {"params": {"n": 1}}}, prompt_at="$.in")
    assert wire.asked(b'{"in": "x", "cfg": {"params": {"k": null}}}').parameters == {"k": None}
    assert wire.asked(b'{"in": "x"}').parameters == {}
    with pytest.raises(Refused):
        wire.asked(b'{"in": "x", "cfg": {"params": 3}}')


def test_a_conversation(folder):
    wire = drawn(folder, {"turns": [{"role": "user", "content": "a"}]}, messages_at="$.turns")
    assert wire.chat
    asked = wire.asked(
        b'{"turns": [{"role": "system", "content": "s"}, {"role": "user", "content": [{"text": "x"}]}]}'
    )
    assert asked.prompts == ("x",)
    assert [one["role"] for one in asked.messages] == ["system", "user"]
    for body in (b'{"turns": []}', b'{"turns": ["x"]}', b'{"turns": [{"role": 1, "content": "x"}]}', b"{}"):
        with pytest.raises(Refused):
            wire.asked(body)


def test_the_answer_has_the_text_and_all_the_rest(folder):
    wire = drawn(folder, REQUEST, prompt_at="$.input.ask")
    assert wire.write("x") == {"result": [{"said": "x"}], "took": 12}
    assert wire.text(wire.write("x")) == "x"


@given(request=JSON, response=JSON, body=JSON, data=st.data())
def test_whatever_the_files_hold_is_drawn_or_told(tmp_path_factory, request, response, body, data):
    folder = tmp_path_factory.mktemp("example")
    (folder / "a").write_text(json.dumps(request))
    (folder / "b").write_text(json.dumps(response))
    asked_at = shown(data.draw(st.sampled_from(list(all_places(request)))))
    text_at = shown(data.draw(st.sampled_from(list(all_places(response)))))
    parameters_at = shown(data.draw(st.sampled_from(list(all_places(request)))))
    name = data.draw(st.sampled_from(["prompt_at", "messages_at"]))
    example = Example(str(folder / "a"), str(folder / "b"), text_at, parameters_at=parameters_at, **{name: asked_at})
    try:
        wire = example.wire()
    except BadExample:
        return
    assert wire.asked(json.dumps(request).encode())
    assert wire.text(wire.write("x")) == "x"
    with suppress(Refused):
        wire.asked(json.dumps(body).encode())


@given(place=st.text() | st.text("$.[]'\"a0").map("$".__add__))
def test_whatever_the_place_is_it_is_read_or_told(tmp_path_factory, place):
    folder = tmp_path_factory.getbasetemp()
    (folder / "a").write_text(json.dumps(REQUEST))
    with suppress(BadExample):
        Example(str(folder / "a"), str(folder / "a"), place, prompt_at="$.input.ask").wire()
