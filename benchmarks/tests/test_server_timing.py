"""What a server says of its own time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azureml_bench.server_timing import stages


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("", {}),
        ("queue;dur=1.5, model;dur=203.25", {"queue": 1.5, "model": 203.25}),
        ('cache;desc="hit, warm";dur=0, db;dur="5"', {"cache": 0.0, "db": 5.0}),
        ("miss, total ; dur = 12", {"total": 12.0}),
        ("model;dur=-3, other;dur=x", {}),
    ],
)
def test_stages_are_read(header: str, told: dict[str, float]) -> None:
    assert stages(header) == told


@given(st.text())
def test_nothing_is_unreadable(header: str) -> None:
    assert all(duration >= 0 for duration in stages(header).values())
