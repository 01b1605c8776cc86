import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from azureml_emulator.answers import Ask, Template
from azureml_emulator.answers.template import GAPS
from azureml_emulator.schema import Message, Prompt, Reading

SYSTEM: list[Message] = [
    {"role": "system", "content": "Be brief."},
    {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
    {"role": "user", "content": "hi"},
]


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("$prompt!", "Tell me!"),
        ("${prompt}s", "Tell mes"),
        ("$$prompt costs $$5", "$prompt costs $5"),
        ("${parameters.temperature} ${parameters.stop} ${parameters.do_sample}", '0.5 ["a"] true'),
        ("${parameters.format.type}/${parameters.a.b}", "json/dotted"),
        ("[${parameters.nope}] [${parameters.temperature.x}] [${header.nope}]", "[] [] []"),
        ("${header.X-Team}", "otter"),
        ("$system", "Be brief.\nBe kind."),
        ("$endpoint $schema $choice $arrival", "e gpt2 3 2"),
    ],
)
def test_gaps_are_filled_from_what_was_asked(ask, text, filled):
    sent = {"temperature": 0.5, "stop": ["a"], "do_sample": True, "format": {"type": "json"}, "a.b": "dotted"}
    asked = ask(messages=SYSTEM, choice=2, arrival=2, headers={"x-team": "otter"}, **sent)
    assert Template(text).answer(asked).text == filled


def test_each_gap_has_a_test_here(ask):
    assert set(GAPS) == {"prompt", "system", "number", "arrival", "choice", "endpoint", "schema", "parameters"}
    assert Template("$parameters").answer(ask(a=[1, "é"])).text == '{"a": [1, "é"]}'


def test_the_number_counts_this_template_s_answers(ask):
    one, other = Template("$number"), Template("$number")
    assert [one.answer(ask()).text for _ in range(3)] == ["1", "2", "3"]
    assert other.answer(ask()).text == "1"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(), st.text())
def test_what_is_filled_in_is_not_filled_in_again(ask, prompt, value):
    text = Template("$prompt|${parameters.p}").answer(ask(f"{prompt}$system", p=value)).text
    assert text == f"{prompt}$system|{value}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$promt", "unknown gap 'promt' (did you mean 'prompt'?)"),
        ("${nope}", "unknown gap 'nope'"),
        ("${parameters.}", "unknown gap"),
        ("${header}", "unknown gap"),
        ("a $", "at character 2; a dollar sign is written $$"),
        ("$5", "at character 0"),
        ("${}", "at character 0"),
        ("${prompt", "at character 0"),
        ("${header.Authorization}", "carries a key"),
    ],
)
def test_a_gap_that_is_not_known_is_refused(text, expected):
    with pytest.raises(ValidationError) as error:
        Template(text)
    assert expected in str(error.value)


@given(st.text(alphabet="$ {}.promt5"))
def test_a_text_is_refused_or_can_be_filled(text):
    try:
        template = Template(text)
    except ValidationError:
        return
    assert isinstance(template.answer(Ask(Prompt("p"), Reading((Prompt("p"),)))).text, str)
