"""What the standard tests run against: an endpoint of the emulator, made for each test."""

from typing import Any

import pytest

KEY = "a-key-for-the-standard-tests"


class Served:
    """Tests of a model of ours, each with an endpoint of its own that is gone when the test is over."""

    schema = "chat"
    api_type = "serverless"
    formatter: Any
    answer: Any = "echo"

    @pytest.fixture(autouse=True)
    def _served(self, azureml_emulator: Any) -> None:
        self.endpoint = azureml_emulator.endpoint(self.schema, key=KEY, answer=self.answer)

    @property
    def settings(self) -> dict[str, Any]:
        """What the model is called with."""
        return {
            "endpoint_url": self.endpoint.url,
            "endpoint_api_type": self.api_type,
            "api_key": self.endpoint.key,
            "content_formatter": self.formatter(),
        }
