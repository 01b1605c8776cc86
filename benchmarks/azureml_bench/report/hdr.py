"""A run's times as HDR histograms: a log by second, in which each metric has a tag, and percentiles of each."""

from azureml_bench import histogram
from azureml_bench.metrics import metrics
from azureml_bench.record import Record
from azureml_bench.report.output import Parts
from azureml_bench.sample import measured
from azureml_bench.summary import Summary


def ready() -> None:
    """Raise `MissingExtra` where it cannot be written."""
    histogram.ready()


def parts(kept: Record, told: Summary) -> Parts:
    """Write them: the log, and `METRIC.hgrm` for each metric that is a length of time."""
    samples = list(measured(kept.samples))
    times = {name: metric for name, metric in metrics().items() if metric.unit == "ms" and name in told.metrics}
    made = {"": histogram.log(times, samples, told.began)}
    made |= {f"{name}.hgrm": histogram.percentiles(list(metric.of(samples))) for name, metric in times.items()}
    return {name: "".join(f"{line}\n" for line in lines) for name, lines in made.items()}
