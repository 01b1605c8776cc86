"""What the tests of answers share: asks as values."""

import pytest

from azureml_emulator.answers import Ask, Occasion
from azureml_emulator.memo import Counts, Turns
from azureml_emulator.schema import Prompt, Reading


class Asker:
    """Asks as one endpoint would: `counts` are its turns, each ask is a request of its own."""

    def __init__(self):
        self.counts = Counts()

    def __call__(self, text="Tell me", *, messages=(), seed=0, endpoint="e", choice=0, schema="gpt2", headers=None,
                 arrival=1, full_text=False, max_tokens=None, turns=None, **parameters):  # fmt: skip
        prompt = Prompt(text, tuple(messages))
        reading = Reading((prompt,), parameters, full_text=full_text, max_tokens=max_tokens)
        occasion = Occasion(schema, headers or {}, arrival, turns or Turns(self.counts))
        return Ask(prompt, reading, seed, endpoint, choice, occasion)


@pytest.fixture
def ask():
    return Asker()
