"""LangChain's own packages live in an environment of their own; in any other one this folder is not collected.

Their warnings about themselves (the package is sunset, its validators are pydantic 1's) are no findings of ours.
They come up when the modules are first imported, which therefore happens here.
"""

import warnings
from importlib.util import find_spec

import pytest

if find_spec("langchain_community") is None:
    collect_ignore_glob = ["*"]
else:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`langchain-community` is being sunset", DeprecationWarning)
        warnings.filterwarnings("ignore", module="langchain_community")
        import langchain_community.chat_models.azureml_endpoint
        import langchain_community.llms.azureml_endpoint  # noqa: F401


@pytest.fixture
def nasty() -> str:
    """A prompt with all that LangChain's formatters escape."""
    return 'She said "so",\nand wrote C:\\new\tand more'
