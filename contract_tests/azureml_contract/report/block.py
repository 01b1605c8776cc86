"""One failed check, as a person reads it."""

from azureml_contract.broken import UNSAID, Broken
from azureml_contract.causes import likely
from azureml_contract.difference import in_words, shown, size
from azureml_contract.inspection import Inspection
from azureml_contract.verdict import Verdict


def block(verdict: Verdict, inspection: Inspection, command: str = "") -> str:
    """Show a failure: the smallest input, both sides, the difference, a cause if one was recognised, how to go on.

    `command` is what runs this check again with this input, nothing if no command does.
    """
    check, broken = verdict.check, verdict.broken
    subject = f"{inspection.subject.factory.name} x {inspection.wire.name}"
    if broken is None:
        return f"STALE {check.id} {check.name}   {subject}\n  The check passes: its waiver is not needed any more."
    lines = [
        f"FAIL {check.id} {check.name}   {subject}".ljust(75) + "   (smallest failing input)",
        f"  {broken.summary}",
    ]
    width = max([len(label) for label, _, _ in facts(broken)], default=0)
    for label, value, remark in facts(broken):
        lines.append(f"    {label.ljust(width)}  {value.ljust(20)} {remark}".rstrip())
    if told := likely(broken):
        lines.append(f"  Likely cause: {told}")
    if command:
        lines.append(f"  Reproduce:  {command}")
    lines.append(
        f'  Explain:    azureml-contract explain {check.id}        Accept: waivers = {{"{check.id}": "why"}}'
    )
    return "\n".join(lines)


def facts(broken: Broken) -> list[tuple[str, str, str]]:
    """Give what there is to see: a label, a value, and a remark about it."""
    found = []
    if broken.case is not UNSAID and broken.expected is UNSAID:
        given = "server sent" if isinstance(broken.case, bytes) else "you passed"
        found.append((given, shown(broken.case), size(broken.case)))
    if broken.expected is not UNSAID:
        found.append((broken.labels[0], shown(broken.expected), size(broken.expected)))
    if broken.got is not UNSAID:
        words = "" if broken.expected is UNSAID else in_words(broken.expected, broken.got)
        found.append((broken.labels[1], shown(broken.got), ": ".join(filter(None, (size(broken.got), words)))))
    if broken.body is not UNSAID:
        found.append(("request body" if broken.labels[1].startswith("server") else "body", shown(broken.body), ""))
    return found
