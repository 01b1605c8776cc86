"""A comparison as a person reads it in a terminal, and as a build server does (JUnit XML)."""

from xml.etree import ElementTree as ET

from azureml_bench.comparison import Comparison, Effect
from azureml_bench.report.words import one_line
from azureml_bench.verdict import Verdict
from azureml_emulator.table import columns


def text(told: Comparison) -> str:
    """Write it: the verdict and why, the figures, what could have been found, and what was thrown away."""
    lines = [f"{told.verdict.upper()}: {reason(told)}", ""]
    if told.effects:
        head = ["", "base", "head", "head is", f"{percent(told.confidence)} interval"]
        lines += [columns([head, *map(_row, told.effects)]), ""]
    return "\n".join([*lines, *about(told), *(f"warning: {one}" for one in told.warnings)])


def reason(told: Comparison) -> str:
    """Say in a sentence why the verdict is what it is."""
    errors = told.errors
    if told.verdict is Verdict.WORSE:
        return f"{errors.head:.2%} of head's requests are in error, {errors.base:.2%} of base's"
    deciding = [one for one in told.effects if one.verdict]
    if not deciding:
        return "there is nothing to compare"
    one = next((one for one in deciding if one.verdict is told.verdict), deciding[0])
    found = f"{one.title} is {change(one.change)} ({interval(one)})"
    if told.verdict is Verdict.SLOWER:
        return found + (f", and {errors.head:.2%} are in error, {errors.base:.2%} of base's" if errors.worse else "")
    if told.verdict is Verdict.NOT_SLOWER:
        return found + (", plainly faster" if one.faster else f", below the tolerance of {percent(told.tolerance)}")
    return f"{found}; {_advice(told, one)}"


def _advice(told: Comparison, one: Effect) -> str:
    unit = "pairs" if told.kind == "interleaved" else "runs of each side"
    if one.low is None:
        return f"{one.n} {unit} are too few"
    return f"about {one.needed} {unit} would tell" if one.needed and one.needed > one.n else f"more {unit} may tell"


def about(told: Comparison) -> list[str]:
    """Say how sure it is, and of what."""
    unit = "pairs of blocks" if told.kind == "interleaved" else "runs of each side"
    level = f"tolerance {percent(told.tolerance)}, confidence {percent(told.confidence)}"
    sides = {"base": told.base, "head": told.head}
    found = [f"{name}: {one_line(', '.join(of))}" for name, of in sides.items() if of]
    found.append(f"compared: {told.compared} {unit}; {level}")
    found += [
        f"smallest slowdown of {one.title} that is found 8 times in 10: {one.detectable:.1%}"
        for one in told.effects
        if one.verdict and one.detectable is not None
    ]
    if told.errors.base or told.errors.head:
        more = "more than by chance" if told.errors.worse else "which may be chance"
        found.append(f"in error: base {told.errors.base:.2%}, head {told.errors.head:.2%}, {more}")
    found += [f"thrown away: {count} ({why})" for why, count in told.thrown_away.items()]
    if told.stopped:
        found.append("cut short: somebody stopped it before all pairs were measured")
    return found


def percent(share: float) -> str:
    """Write a share without needless digits: `2.5%`."""
    return f"{share * 100:g}%"


def change(share: float) -> str:
    """Write by how much head is slower or faster."""
    return f"{abs(share):.1%} {'slower' if share >= 0 else 'faster'}" if abs(share) >= 0.0005 else "the same"


def interval(one: Effect) -> str:
    """Write an interval of such changes."""
    if one.low is None or one.high is None:
        return "no interval"
    return f"{one.low:+.1%} to {one.high:+.1%}"


def junit(told: Comparison) -> str:
    """Write JUnit XML: a test case for each figure that decides, and one for errors.

    Slower and worse are failures, cannot tell is an error: the test itself did not work.
    """
    cases = [
        (one.title, one.verdict, f"{change(one.change)} ({interval(one)})") for one in told.effects if one.verdict
    ]
    if not cases:
        cases = [("figures", Verdict.CANNOT_TELL, reason(told))]
    errors = f"base {told.errors.base:.2%}, head {told.errors.head:.2%}"
    cases.append(("errors", Verdict.WORSE if told.errors.worse else Verdict.NOT_SLOWER, errors))
    bad = [verdict in (Verdict.SLOWER, Verdict.WORSE) for _, verdict, _ in cases]
    unknown = [verdict is Verdict.CANNOT_TELL for _, verdict, _ in cases]
    counts = {"tests": str(len(cases)), "failures": str(sum(bad)), "errors": str(sum(unknown))}
    suite = ET.Element("testsuite", {"name": "azureml-bench compare", **counts})
    for name, verdict, said in cases:
        case = ET.SubElement(suite, "testcase", {"classname": "azureml-bench.compare", "name": name})
        kind = {Verdict.SLOWER: "failure", Verdict.WORSE: "failure", Verdict.CANNOT_TELL: "error"}.get(verdict)
        if kind:
            ET.SubElement(case, kind, {"message": f"{verdict}: {said}"}).text = text(told)
        else:
            ET.SubElement(case, "system-out").text = said
    ET.indent(suite)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suite, encoding="unicode")}\n'


def _row(one: Effect) -> list[str]:
    title = f"{one.title}{' (decides)' if one.verdict else ''}"
    return [title, *(_value(value, one.unit) for value in (one.base, one.head)), change(one.change), interval(one)]


def _value(value: float, unit: str) -> str:
    return f"{value * 1000:.4g} ms" if unit == "ms" else f"{value:.4g}{unit}"
