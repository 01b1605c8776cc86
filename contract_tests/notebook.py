"""LangChain's Azure ML page as a newcomer runs it: cell after cell, in one namespace, against a live emulator.

`CELLS` retells the code cells of docs/docs/integrations/llms/azure_ml.ipynb in langchain-ai/langchain: the same
calls with the same kinds of arguments in the same order, and the same dependence of one cell on another, with
prompts of our own. A copy of the page itself runs through the same tests when AZURE_ML_NOTEBOOK names it.

What is changed on the way is what a person would change: the import lines, the host, and the environment.
"""

import ast
import json
import os
import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

KEY = "my-api-key"
HOST = "https://<your-endpoint>.<your_region>.inference.ml.azure.com"

CELLS = {
    "import": """
from langchain_community.llms.azureml_endpoint import AzureMLOnlineEndpoint
""",
    "completion": f"""
from langchain_community.llms.azureml_endpoint import AzureMLEndpointApiType, LlamaContentFormatter
from langchain_core.messages import HumanMessage

llm = AzureMLOnlineEndpoint(
    endpoint_url="{HOST}/score",
    endpoint_api_type=AzureMLEndpointApiType.realtime,
    endpoint_api_key="{KEY}",
    content_formatter=LlamaContentFormatter(),
    model_kwargs={{"temperature": 0.8, "max_new_tokens": 400}},
)
response = llm.invoke("Rhyme on \\"bubbles\\",\\nin two lines:")
response
""",
    "parameters of a call": """
response = llm.invoke("Rhyme on \\"bubbles\\",\\nin two lines:", temperature=0.5)
response
""",
    "serverless": f"""
from langchain_community.llms.azureml_endpoint import AzureMLEndpointApiType, LlamaContentFormatter
from langchain_core.messages import HumanMessage

llm = AzureMLOnlineEndpoint(
    endpoint_url="{HOST}/v1/completions",
    endpoint_api_type=AzureMLEndpointApiType.serverless,
    endpoint_api_key="{KEY}",
    content_formatter=LlamaContentFormatter(),
    model_kwargs={{"temperature": 0.8, "max_new_tokens": 400}},
)
response = llm.invoke("Rhyme on \\"bubbles\\",\\nin two lines:")
response
""",
    "custom formatter": '''
import json
import os
from typing import Dict

from langchain_community.llms.azureml_endpoint import AzureMLOnlineEndpoint, ContentFormatterBase


class CustomFormatter(ContentFormatterBase):
    content_type = "application/json"
    accepts = "application/json"

    def format_request_payload(self, prompt: str, model_kwargs: Dict) -> bytes:
        options = {"use_cache": False, "wait_for_model": True}
        return json.dumps({"inputs": [prompt], "parameters": model_kwargs, "options": options}).encode()

    def format_response_payload(self, output: bytes) -> str:
        return json.loads(output)[0]["summary_text"]


content_formatter = CustomFormatter()

llm = AzureMLOnlineEndpoint(
    endpoint_api_type="realtime",
    endpoint_api_key=os.getenv("BART_ENDPOINT_API_KEY"),
    endpoint_url=os.getenv("BART_ENDPOINT_URL"),
    model_kwargs={"temperature": 0.8, "max_new_tokens": 400},
    content_formatter=content_formatter,
)
large_text = """The well of the village had run dry in "the long summer",[1] as it was called later.\\x20
Some went to the river, an hour away; others said \\"wait\\", and waited.

In September it rained for \\t nine days:[2] C:\\\\wells\\\\old.txt has the list.
"""
summarized_text = llm.invoke(large_text)
print(summarized_text)
''',
    "chain": """
from langchain.chains import LLMChain
from langchain_community.llms.azureml_endpoint import DollyContentFormatter
from langchain_core.prompts import PromptTemplate

formatter_template = "In {word_count} words: what of {topic}?"

prompt = PromptTemplate(input_variables=["word_count", "topic"], template=formatter_template)

content_formatter = DollyContentFormatter()

llm = AzureMLOnlineEndpoint(
    endpoint_api_key=os.getenv("DOLLY_ENDPOINT_API_KEY"),
    endpoint_url=os.getenv("DOLLY_ENDPOINT_URL"),
    model_kwargs={"temperature": 0.8, "max_tokens": 300},
    content_formatter=content_formatter,
)

chain = LLMChain(llm=llm, prompt=prompt)
print(chain.invoke({"word_count": 100, "topic": "\\"neighbours\\"\\nand fences"}))
""",
    "save and load": """
from langchain_community.llms.loading import load_llm

save_llm = AzureMLOnlineEndpoint(
    deployment_name="dolly-4",
    model_kwargs={"temperature": 0.2, "max_tokens": 150, "top_p": 0.8, "presence_penalty": 72e-3},
)
save_llm.save("azureml.json")
loaded_llm = load_llm("azureml.json")

print(loaded_llm)
""",
}


def pages() -> dict[str, dict[str, str]]:
    """Give what there is to run: the cells retold, and those of the page itself if there is a copy at hand."""
    path = os.environ.get("AZURE_ML_NOTEBOOK")
    if not path:
        return {"retold": CELLS}
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return {"retold": CELLS, "copy": dict(zip(CELLS, code, strict=True))}


_LANGCHAIN = re.compile(r"^from langchain_community\.llms\.\w+ import", re.MULTILINE)


@dataclass
class Notebook:
    """A run; what the cells import from LangChain's Azure ML modules comes from `package`, if there is one."""

    cells: dict[str, str]
    hosts: dict[str, str]
    package: str | None = "azureml_endpoint"
    api_type: str = "realtime"
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})

    def adapted(self, cell: str) -> str:
        """Give a cell with its imports and its host changed, and `api_type` in place of its realtime."""
        source = self.cells[cell]
        if find_spec("langchain_classic"):  # whereto LangChain 1 moved its chains
            source = source.replace("from langchain.chains", "from langchain_classic.chains")
        if self.package:
            source = _LANGCHAIN.sub(f"from {self.package} import", source)
        source = source.replace("AzureMLEndpointApiType.realtime", f"AzureMLEndpointApiType.{self.api_type}")
        return source.replace(HOST, self.hosts.get(cell, HOST))

    def run(self, cell: str) -> Any:
        """Run a cell, and give what a notebook would show below it: the value of its last expression."""
        tree = ast.parse(self.adapted(cell))
        last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, cell, "exec"), self.names)
        return eval(compile(last, cell, "eval"), self.names) if last else None

    def asked(self, cell: str) -> str:
        """Give the prompt of the cell's one call to `invoke`, after it ran."""
        (call,) = [node for node in ast.walk(ast.parse(self.adapted(cell))) if _is_invoke(node)]
        given = eval(ast.unparse(call.args[0]), self.names)
        return self.names["prompt"].format(**given) if isinstance(given, dict) else given


OWN = {"temperature": 0.8, "max_new_tokens": 400}
"""The parameters that the page gives its models."""


def ran(notebook: Notebook, emulator: Any, cell: str) -> tuple[Any, str, Any]:
    """Run a cell that asks a model once: what it showed, the prompt it wrote, and the emulator's exchange."""
    before = len(emulator.calls)
    shown = notebook.run(cell)
    (call,) = emulator.calls[before:]
    return shown, notebook.asked(cell), call


def _is_invoke(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "invoke"
