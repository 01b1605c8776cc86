from math import isclose

from azureml_emulator.embedding import embedded


def closeness(one: str, other: str, dimensions: int = 384) -> float:
    return sum(a * b for a, b in zip(embedded(one, dimensions), embedded(other, dimensions), strict=True))


def test_an_embedding_has_unit_length_and_the_wanted_dimensions():
    for text in ("", "a", "the cat sat on the mat", "\ud83d", "word " * 5000):
        for dimensions in (1, 3, 1536):
            vector = embedded(text, dimensions)
            assert len(vector) == dimensions
            assert isclose(sum(one * one for one in vector), 1)


def test_closer_texts_have_closer_embeddings():
    cat = "The cat sat on the mat"
    assert closeness(cat, cat) > 0.999
    assert closeness(cat, "A cat sat on a mat") > closeness(cat, "The dog lay on the rug") + 0.05
    assert closeness(cat, "The dog lay on the rug") > closeness(cat, "Quarterly revenue exceeded forecasts") + 0.05
    assert abs(closeness(cat, "Quarterly revenue exceeded forecasts")) < 0.2


def test_an_embedding_is_the_same_everywhere():
    assert [round(one, 6) for one in embedded("hello", 3)] == [-0.590206, -0.19351, 0.783716]
