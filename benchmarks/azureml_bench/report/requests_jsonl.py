"""A run's requests, a line each."""

from azureml_bench.record import Record
from azureml_bench.report.output import Parts
from azureml_bench.summary import Summary


def parts(kept: Record, _told: Summary) -> Parts:
    """Write them."""
    return {"": "".join(f"{line}\n" for line in kept.lines())}
