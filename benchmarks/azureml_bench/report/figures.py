"""How figures are written for people: three digits that mean something, in the unit that suits them."""

from azureml_bench.metrics import metrics
from azureml_bench.objective import Unit
from azureml_bench.summary import Result


def time(seconds: float) -> str:
    """Write a length of time: `0.41 ms`, `25.3 ms`, `1.81 s`, `2m05s`."""
    size = abs(seconds)
    if size < 1e-6:
        return "0 ms"
    if size < 0.9995:
        return f"{digits(seconds * 1000)} ms"
    if size < 119.95:
        return f"{digits(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest:02d}s"


def digits(value: float) -> str:
    """Write a number with three digits that mean something, or more where it is a thousand and above."""
    size = abs(value)
    if size >= 99.95:
        return f"{value:,.0f}"
    if size >= 9.995:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 0.01 or not size else f"{value:.1g}"


def rate(value: float) -> str:
    """Write so many per second."""
    return f"{digits(value)}/s"


def share(value: float) -> str:
    """Write a share from 0 to 1 in per cent, and never a small one as none."""
    if 0 < value < 0.0001:
        return "<0.01%"
    if 0.9999 < value < 1:
        return ">99.99%"
    return f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"


def of_metric(name: str, value: float) -> str:
    """Write a value of a metric."""
    return time(value) if metrics()[name].unit == "ms" else rate(value)


def of_unit(unit: Unit, value: float) -> str:
    """Write a value in the unit of an objective."""
    if unit == "s":
        return time(value)
    return rate(value) if unit == "/s" else share(value)


def of_result(result: Result) -> str:
    """Write what was measured of an objective."""
    if result.measured is None:
        return "nothing to judge by"
    return of_unit("share" if result.per_request else result.unit, result.measured)
