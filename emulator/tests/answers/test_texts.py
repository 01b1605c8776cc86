from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from azureml_emulator.answers import Echo, Fixed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_echo_gives_back_any_prompt_whatever_the_parameters(ask, text):
    assert Echo().answer(ask(text, max_tokens=1, stop=["e"], return_full_text=True)).text == text


def test_fixed_is_fixed(ask):
    assert Fixed("yes").answer(ask()).text == "yes"
