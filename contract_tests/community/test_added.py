"""What LangChain's client adds on top of an endpoint, beside ours: `azureml-bench client` where both are there."""

import json
import sys
from pathlib import Path

import pytest

cli = pytest.importorskip("azureml_bench.cli", reason="the environment is older than the benchmark: make it anew")

CLASS = "langchain_community.llms.azureml_endpoint:AzureMLOnlineEndpoint"
FORMATTER = "langchain_community.llms.azureml_endpoint:GPT2ContentFormatter"


@pytest.mark.slow
def test_langchains_client_is_measured_by_its_name_and_as_a_class(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "told.json"
    little = ["--rounds", "2", "--calls", "3", "--starts", "1", "--threads", "1,2", "--latency", "1ms"]
    names = ["langchain", CLASS, "azureml_endpoint"]
    code = cli.main(
        ["client", *names, "--formatter", FORMATTER, "--python", sys.executable, *little, "--json", str(told)]
    )
    out = capsys.readouterr().out
    assert code == 0, out
    for setting in json.loads(told.read_text(encoding="utf-8"))["settings"]:
        assert [row["client"] for row in setting["rows"]] == ["floor", *names]
        assert all(row["sound"] == row["calls"] == 6 * setting["at_once"] for row in setting["rows"])
        assert all(row["added"]["min"] > 0 for row in setting["rows"])
    assert "times langchain (95 %)" in out
