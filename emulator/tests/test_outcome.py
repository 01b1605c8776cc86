import jsonschema
import pytest

from azureml_emulator import config
from azureml_emulator.answers import AnswerSource, Echo, Faker, Fixed, Sequence
from azureml_emulator.faults import Fault, ModelError, Status
from azureml_emulator.outcome import Outcome


@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        ({"fixed": "Paris."}, Fixed("Paris.")),
        ({"faker": "de_DE"}, Faker("de_DE")),
        ({"status": 429, "times": 2}, Status(429, times=2)),
        ({"model_error": 418}, ModelError(418)),
        ({"sequence": ["echo"], "loop": True}, Sequence((Echo(),), loop=True)),
        ({"type": "fixed", "text": "Paris."}, Fixed("Paris.")),
        ("echo", Echo()),
    ],
)
def test_the_name_may_stand_before_the_main_setting(written, outcome):
    assert Outcome.of(written) == outcome


@pytest.mark.parametrize(
    "written", [{}, {"echo": 1}, {"fixed": "a", "faker": "b"}, {"fixd": "a"}, {"wrong_length": {}}, []]
)
def test_where_that_says_nothing_it_is_refused(written):
    with pytest.raises(ValueError, match=r"expected|valid"):
        Outcome.of(written)


def test_answers_and_faults_are_outcomes_and_each_stays_what_it_is():
    assert Outcome.members() == {**AnswerSource.members(), **Fault.members()}
    with pytest.raises(ValueError, match="expected one of echo"):
        AnswerSource.of({"status": 429})
    with pytest.raises(ValueError, match="expected one of"):
        Fault.of({"fixed": "a"})


def test_the_json_schema_takes_the_short_form_of_known_names_alone():
    check = jsonschema.Draft202012Validator(config.json_schema())

    def wrong(answer):
        return list(check.iter_errors({"endpoints": [{"name": "a", "schema": "gpt2", "answer": answer}]}))

    assert not wrong({"rules": [{"answer": {"fixed": "a"}, "faults": [{"status": 429}]}]})
    assert wrong({"fixd": "a"})
    assert wrong({"status": 429})
