"""What contract tests share: the loopback is never proxied, and LangChain's page finds its endpoints."""

from collections.abc import Iterator

import pytest

from contract_tests.notebook import KEY, Notebook, pages


@pytest.fixture(autouse=True, scope="session")
def _no_proxy() -> Iterator[None]:
    """Every client here asks the environment for proxies; a request to the emulator must not go through one."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("no_proxy", "NO_PROXY"):
            patch.setenv(name, "127.0.0.1,localhost,.localhost")
        yield


@pytest.fixture(params=pages())
def notebook(request, azureml_emulator, monkeypatch, tmp_path) -> Notebook:
    """The page before its first cell: its endpoints run, its environment is set, it saves to a folder of its own."""
    llama = azureml_emulator.endpoint("llama", key=KEY)
    completions = azureml_emulator.endpoint("completions", key=KEY)
    for variable, schema in (("BART", "summarization"), ("DOLLY", "dolly")):
        monkeypatch.setenv(f"{variable}_ENDPOINT_URL", azureml_emulator.endpoint(schema, key=KEY).url)
        monkeypatch.setenv(f"{variable}_ENDPOINT_API_KEY", KEY)
    monkeypatch.setenv("AZUREML_ENDPOINT_URL", llama.url)
    monkeypatch.setenv("AZUREML_ENDPOINT_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    hosts = {"completion": llama.base_url, "serverless": completions.base_url}
    return Notebook(pages()[request.param], hosts)
