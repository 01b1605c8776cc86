"""What pytest knows of contracts without being told."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        "formatter_contract(schema, checks=..., waivers=...): what the fixture formatter_contract proves",
    )
