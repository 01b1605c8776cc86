"""What tests of the commands share: a folder of their own."""

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> Path:
    """Work in an empty folder, but with the tables that Hypothesis keeps for the project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", str(pytestconfig.rootpath / ".hypothesis"))
    return tmp_path
