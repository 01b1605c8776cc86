"""What Hypothesis makes up does not go by which modules are loaded, and costs no look at them."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from azureml_contract.constants import unaware
from azureml_contract.search import Search


def cases() -> list[int]:
    found: list[int] = []
    Search(examples=200)(found.append, (), st.integers())
    return found


def test_cases_are_the_same_whatever_is_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = cases()
    file = tmp_path / "numbers_of_somebody.py"
    file.write_text("A, B = 123456789123, 987654321987\n", encoding="utf-8")
    module = ModuleType("numbers_of_somebody")
    module.__file__ = str(file)
    monkeypatch.setitem(sys.modules, "numbers_of_somebody", module)
    assert cases() == before


def test_others_draw_as_before_when_it_is_over() -> None:
    parts = providers._get_local_constants, providers.CONSTANTS_CACHE
    with unaware():
        assert providers._get_local_constants is not parts[0]
    assert (providers._get_local_constants, providers.CONSTANTS_CACHE) == parts


def test_a_hypothesis_without_such_parts_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(providers, "CONSTANTS_CACHE")
    with unaware():
        pass
