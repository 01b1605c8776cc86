"""JUnit's XML, whatever stands in it."""

from xml.etree import ElementTree as ET

from hypothesis import example, given
from hypothesis import strategies as st

from azureml_contract import wire
from azureml_contract.broken import Broken
from azureml_contract.check import all_checks
from azureml_contract.factory import of
from azureml_contract.inspection import Formatters, Inspection
from azureml_contract.report.junit import clean, junit
from azureml_contract.trial import Crash, Trial
from azureml_contract.verdict import Verdict
from contract_tests.zoo.reference import Reference

GPT2 = wire.known("gpt2")


@given(text=st.text(st.characters()))
@example("\x00\x0b\x1b[31m")
@example("\ud83c and \ufffe")
@example("]]> & <a b='c'/> \x85")
def test_whatever_is_said_it_is_xml(text):
    check = all_checks()["R03"]
    inspection = Inspection(Formatters(of(Reference, text), GPT2), GPT2)
    broken = Broken(text, text, text, [text], text.encode("utf-8", "replace"))
    verdicts = [Verdict(check, "failed", broken), Verdict(check, "waived", broken, text), Verdict(check, "passed")]
    trial = Trial(inspection, verdicts, [Crash(check, ValueError(text))])
    root = ET.fromstring(junit(trial, "again").encode("utf-8"))
    suite = root[0]
    assert [one.tag for case in suite for one in case] == ["failure", "skipped", "error"]
    assert suite[0][0].get("message", "").split() == clean(text).split()


def test_what_xml_cannot_hold_is_written_as_python_would():
    assert clean("a\x00b\x1b\ud83c\uffff\n\té𝄞") == "a\\x00b\\x1b\\ud83c\\uffff\n\té𝄞"
