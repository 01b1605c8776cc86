"""A score.py whose run() is decorated by inference-schema: it is given the values of a JSON body by name."""

import time

from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema


def init():
    """Nothing to load."""


@input_schema("inputs", StandardPythonParameterType({"input_string": ["My name is John and I am"]}))
@input_schema("parameters", StandardPythonParameterType({"temperature": 0.8, "max_new_tokens": 100}))
@output_schema(StandardPythonParameterType([{"0": "My name is John and I am"}]))
def run(inputs, parameters):
    """Say every prompt once more, as GPT-2's first shape has it."""
    texts = inputs["input_string"]
    if "raise" in texts:
        raise RuntimeError("asked to")
    if any(text.startswith("slow") for text in texts):
        time.sleep(5)
    return [{"0": text} for text in texts]
