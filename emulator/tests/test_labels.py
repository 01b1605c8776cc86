"""Made-up classifications."""

import pytest

from azureml_emulator.draw import Draw
from azureml_emulator.labels import label_of, scored

FEELINGS = ("POSITIVE", "NEGATIVE", "NEUTRAL")


@pytest.mark.parametrize("count", [1, 2, 3, 1000])
def test_scores_fall_from_the_best_and_add_up_to_one(count):
    labels = [f"label {n}" for n in range(count)]
    found = scored(Draw.of(b"one"), labels)
    scores = [score for _, score in found]
    assert sorted(label for label, _ in found) == sorted(labels)
    assert scores == sorted(scores, reverse=True)
    assert scores[0] >= 0.6
    assert scores[-1] > 0
    assert sum(scores) == pytest.approx(1)


def test_the_draw_decides_and_nothing_else():
    tops = {scored(Draw.of(b"%d" % n), FEELINGS)[0][0] for n in range(50)}
    assert tops == set(FEELINGS)
    assert scored(Draw.of(b"one"), FEELINGS) == scored(Draw.of(b"one"), FEELINGS[::-1])
    assert scored(Draw.of(b"one"), FEELINGS) != scored(Draw.of(b"two"), FEELINGS)


@pytest.mark.parametrize("said", ["NEUTRAL", "neutral", " Neutral\n"])
def test_a_label_that_was_said_comes_first(said):
    for n in range(20):
        assert scored(Draw.of(b"%d" % n), FEELINGS, said)[0][0] == "NEUTRAL"


def test_a_text_that_is_no_label_changes_nothing():
    for said in ("", "The film was neutral", "N" * 5000):
        assert label_of(said, FEELINGS) is None
        assert scored(Draw.of(b"one"), FEELINGS, said) == scored(Draw.of(b"one"), FEELINGS)


def test_half_a_surrogate_pair_is_a_label_like_any_other():
    assert scored(Draw.of(b"one"), ["\ud83d", "b"], "\ud83d")[0][0] == "\ud83d"
