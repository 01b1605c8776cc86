"""What is asked of a run, and what became of it, as JUnit's XML, which build servers show."""

import re
from xml.etree import ElementTree as ET

from azureml_bench.record import Record
from azureml_bench.report.figures import of_metric, of_result
from azureml_bench.report.output import Parts
from azureml_bench.report.words import figures
from azureml_bench.summary import Summary

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010fffd]")
"""What XML 1.0 cannot hold, or holds on sufferance."""


def parts(_kept: Record | None, told: Summary) -> Parts:
    """Write it: one case says whether the run is valid, and each threshold is one."""
    name = f"azureml-bench {told.plan.get('schema', '')} {told.url}"
    judged = [one for one in told.objectives if one.met is not None]
    missed = ((one.text, "" if one.met else f"{one.text}: measured {of_result(one)}") for one in judged)
    cases = [("valid", "; ".join(told.problems)), *missed]
    numbers = {
        "tests": str(len(cases)),
        "failures": str(sum(bool(failure) for _, failure in cases)),
        "errors": "0",
        "time": f"{told.lasted:.3f}",
    }
    root = ET.Element("testsuites", {"name": "azureml-bench", **numbers})
    suite = ET.SubElement(root, "testsuite", {"name": _clean(name), **numbers})
    for called, failure in cases:
        case = ET.SubElement(suite, "testcase", {"classname": _clean(name), "name": _clean(called), "time": "0"})
        if failure:
            ET.SubElement(case, "failure", {"message": _clean(failure), "type": "missed"}).text = _clean(
                _figures(told)
            )
    ET.indent(root)
    return {"": '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"}


def _figures(told: Summary) -> str:
    rows = [
        f"{metric.name}: p50 {of_metric(metric.name, one['p50'])}, p99 {of_metric(metric.name, one['p99'])}"
        for metric, one in figures(told)
    ]
    counts = ", ".join(f"{name} {count}" for name, count in sorted(told.counts.outcomes.items()))
    return "\n".join([f"{told.counts.requests} requests: {counts}", *rows])


def _clean(text: str) -> str:
    """Write what XML cannot hold as Python would, escaped."""
    return _NOT_IN_XML.sub(lambda found: ascii(found[0])[1:-1], text)
