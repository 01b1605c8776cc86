"""A run as JUnit's XML, which build servers show."""

import re
from xml.etree import ElementTree as ET

from azureml_contract.report.block import block
from azureml_contract.report.whole import again
from azureml_contract.trial import Crash, Trial
from azureml_contract.verdict import Verdict

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010fffd]")
"""What XML 1.0 cannot hold, or holds on sufferance."""


def junit(trial: Trial, command: str = "") -> str:
    """Write it: a suite, a case for each check; waived ones are skipped, what the kit stumbled over is an error."""
    inspection = trial.inspection
    name = f"{inspection.subject.factory.name} x {inspection.wire.name}"
    outcomes = [one.outcome for one in trial.verdicts]
    counts = {
        "tests": len(outcomes) + len(trial.crashes),
        "failures": len(trial.bad),
        "errors": len(trial.crashes),
        "skipped": outcomes.count("waived"),
    }
    numbers = {**{what: str(count) for what, count in counts.items()}, "time": f"{trial.seconds:.3f}"}
    root = ET.Element("testsuites", {"name": "azureml-contract", **numbers})
    suite = ET.SubElement(root, "testsuite", {"name": clean(name), **numbers})
    every: list[Verdict | Crash] = [*trial.verdicts, *trial.crashes]
    for one in every:
        called = {"classname": clean(name), "name": f"{one.check.id} {one.check.name}", "time": f"{one.seconds:.3f}"}
        case = ET.SubElement(suite, "testcase", called)
        if not isinstance(one, Verdict):
            ET.SubElement(case, "error", {"message": clean(one.told), "type": type(one.error).__name__})
        elif one.outcome == "waived":
            ET.SubElement(case, "skipped", {"message": clean(f"waived: {one.reason}")})
        elif one.bad:
            message = one.broken.summary if one.broken else "The check passes: its waiver is not needed any more."
            failure = ET.SubElement(case, "failure", {"message": clean(message), "type": one.outcome})
            failure.text = clean(block(one, inspection, again(command, one)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def clean(text: str) -> str:
    """Write what XML cannot hold as Python would: `\\x00`."""
    return _NOT_IN_XML.sub(lambda found: ascii(found[0])[1:-1], text)
