"""What is asked: sources of prompts."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_bench.prompts import Lines, Made, Repeated, Unique
from azureml_bench.usage import WrongUsage


@settings(max_examples=50)
@given(st.sets(st.integers(0, 1 << 32), min_size=2, max_size=20), st.integers(0, 1 << 40))
def test_no_two_prompts_begin_alike(numbers: set[int], seed: int) -> None:
    made = Unique(Repeated("the same"), seed)
    prompts = [made.prompt(number) for number in numbers if number < 1 << 32]
    assert len({prompt[:10] for prompt in prompts}) == len(prompts)
    assert all(prompt.endswith("] the same") for prompt in prompts)


def test_made_up_texts_are_the_numbers() -> None:
    one, other = Made(8, seed=1), Made(8, seed=1)
    backwards = [other.prompt(number) for number in (2, 1, 0)]
    assert [one.prompt(number) for number in (0, 1, 2)] == backwards[::-1]
    assert len({*backwards, Made(8, seed=2).prompt(0)}) == 4
    assert len(one.prompt(5).split()) == 8


def test_lines_begin_again_after_the_last(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_text('plain\n  \n"a \\"text\\""\n{"prompt": "named"}\n{broken\n', encoding="utf-8")
    lines = Lines(file)
    assert [lines.prompt(number) for number in range(5)] == ["plain", 'a "text"', "named", "{broken", "plain"]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        (b"\n \n", "expected a prompt a line, found none"),
        (b"fine\n{}\n", "line 2: expected a text as its `prompt`"),
        (b'{"prompt": 3}\n', "line 1: expected a text as its `prompt`"),
        (b"\xff\xfe", "expected text in UTF-8"),
    ],
)
def test_what_is_no_file_of_prompts(tmp_path: Path, said: bytes, wrong: str) -> None:
    file = tmp_path / "prompts.txt"
    file.write_bytes(said)
    with pytest.raises(WrongUsage, match=wrong):
        Lines(file).prompt(0)


def test_a_description_is_the_same_for_the_same_prompts_wherever_they_are_kept(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).write_text("one\ntwo\n", encoding="utf-8")
    here, there = Unique(Lines(tmp_path / "here"), 1), Unique(Lines(tmp_path / "there"), 2)
    assert here.described() == there.described()
    assert str(tmp_path) not in here.described()
    assert Repeated("a").described() != Repeated("b").described()
    assert Unique(Made(5), 1).described() != Made(5, 1).described()
    assert Made(5, 1).described() == Made(5, 2).described()
