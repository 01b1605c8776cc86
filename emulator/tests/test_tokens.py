from hypothesis import given
from hypothesis import strategies as st

from azureml_emulator import tokens


@given(st.text())
def test_tokens_joined_are_the_text(text):
    assert "".join(tokens.split(text)) == text
    assert tokens.count(text) == len(tokens.split(text))


@given(st.text(), st.integers(0, 20))
def test_head_keeps_at_most_that_many(text, limit):
    head = tokens.head(text, limit)
    assert text.startswith(head)
    assert tokens.count(head) <= limit


def test_english_has_about_four_characters_a_token():
    text = "The quick brown fox jumps over the lazy dog and runs away into the deep forest of the north."
    assert 3 < len(text) / tokens.count(text) < 6


def test_no_text_has_no_tokens():
    assert tokens.split("") == []
