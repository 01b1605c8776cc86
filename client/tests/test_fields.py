"""Types: what the documentation passes is accepted by type checkers, with pydantic's plugin and without."""

import subprocess
import sys
from pathlib import Path

import pytest

USER = """
from pydantic import SecretStr
from azureml_endpoint import AzureMLChatOnlineEndpoint, AzureMLEndpointApiType, AzureMLEndpointClient
from azureml_endpoint import AzureMLOnlineEndpoint, CustomOpenAIContentFormatter, HumanMessage
from azureml_endpoint.langchain import AzureMLOnlineEndpoint as Adapted

URL = "https://ep.eastus.inference.ml.azure.com/score"
llm = AzureMLOnlineEndpoint(
    endpoint_url=URL, endpoint_api_key="k", endpoint_api_type="serverless", timeout=2.5,
    content_formatter=CustomOpenAIContentFormatter(),
)
AzureMLOnlineEndpoint(endpoint_api_key=SecretStr("k"), endpoint_api_type=AzureMLEndpointApiType.dedicated)
text: str = llm.invoke("x", temperature=0.5)
secret: str = llm.endpoint_api_key.get_secret_value()
name: str = llm.endpoint_api_type.value
llm.endpoint_api_key = "new"
llm.endpoint_api_type = "dedicated"
chat = AzureMLChatOnlineEndpoint(endpoint_url=URL, endpoint_api_key="k", endpoint_api_type="dedicated")
content = chat.invoke([HumanMessage("x")]).content
adapted = Adapted(endpoint_url=URL, endpoint_api_key="k", endpoint_api_type="dedicated")
adapted.endpoint_api_key = "new"
AzureMLEndpointClient(URL, "k").endpoint_api_key = "new"
wrong: int = llm.deployment_name
"""


@pytest.mark.slow
@pytest.mark.parametrize("plugins", ["", "plugins = pydantic.mypy"])
def test_what_is_documented_passes_a_strict_type_checker(tmp_path: Path, plugins: str) -> None:
    (tmp_path / "user.py").write_text(USER)
    (tmp_path / "mypy.ini").write_text(f"[mypy]\nstrict = True\n{plugins}\n")
    client = Path(__file__).parents[1]
    (tmp_path / "mypy.ini").write_text(f"[mypy]\nstrict = True\nmypy_path = {client.as_posix()}\n{plugins}\n")
    command = [sys.executable, "-m", "mypy", "user.py"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert said.count("error:") == 1, said
    assert 'expression has type "str", variable has type "int"' in said
