"""A run's figures as JSON."""

import json
from typing import Any

from azureml_bench.record import Record
from azureml_bench.report.output import Parts
from azureml_bench.summary import Summary

ID = "https://json-schema.org/draft/2020-12/schema"


def parts(_kept: Record | None, told: Summary) -> Parts:
    """Write it."""
    return {"": told.model_dump_json(indent=2) + "\n"}


def json_schema() -> dict[str, Any]:
    """Describe `summary.json` as a JSON Schema."""
    return {"$schema": ID, **Summary.model_json_schema(mode="serialization"), "title": "azureml-bench summary.json"}


def json_schema_text() -> str:
    """Write the schema down."""
    return json.dumps(json_schema(), indent=2) + "\n"
