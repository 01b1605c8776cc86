"""What an endpoint says of tokens, under LangChain's names."""

from typing import Any

import pytest

from azureml_endpoint.usage import usage_metadata


def test_what_is_not_told_is_added_up() -> None:
    assert usage_metadata({"prompt_tokens": 3}) == {"input_tokens": 3, "output_tokens": 0, "total_tokens": 3}
    counted = usage_metadata({"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": None})
    assert counted == {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}


def test_details() -> None:
    counted = usage_metadata(
        {
            "prompt_tokens": 90,
            "completion_tokens": 20,
            "total_tokens": 110,
            "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0, "image_tokens": 7},
            "completion_tokens_details": {"reasoning_tokens": 12, "audio_tokens": 3},
        }
    )
    assert counted == {
        "input_tokens": 90,
        "output_tokens": 20,
        "total_tokens": 110,
        "input_token_details": {"cache_read": 64, "audio": 0},
        "output_token_details": {"reasoning": 12, "audio": 3},
    }


@pytest.mark.parametrize("details", [None, {}, [], 3, "many", {"cached_tokens": None, "reasoning_tokens": "2"}])
def test_details_that_are_none(details: Any) -> None:
    told = {"prompt_tokens": 1, "prompt_tokens_details": details, "completion_tokens_details": details}
    assert usage_metadata(told) == {"input_tokens": 1, "output_tokens": 0, "total_tokens": 1}


@pytest.mark.parametrize("usage", [None, {}, [], "many", {"prompt_tokens": "3"}, {"total_tokens": 3}])
def test_what_is_no_usage(usage: Any) -> None:
    assert usage_metadata(usage) is None
