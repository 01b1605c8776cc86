import pytest

from azureml_contract.check import all_checks
from azureml_contract.selection import needless, selected


def family(letter):
    return [one for one in all_checks() if one[0] == letter]


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("", []),
        ("R03", ["R03"]),
        ("s01, R03", ["S01", "R03"]),
        (["prompt-roundtrip", "R03"], ["R03"]),
        ("request", family("R")),
        ("requests", family("R")),
        ("R", family("R")),
        ("responses,R03", [*family("S"), "R03"]),
    ],
)
def test_checks_are_named_by_id_name_or_family(named, meant):
    assert selected(named) == meant


@pytest.mark.parametrize("named", ["R99", "everything", "R03 S01", "R0"])
def test_what_names_no_check_is_refused(named):
    with pytest.raises(ValueError, match=f"there is no check '{named}'; expected an id such as R03"):
        selected(named)


def test_a_waiver_is_of_a_check_that_is_asked_and_has_a_reason():
    asked = [all_checks()["R03"]]
    assert needless({"R03": "why"}, asked, "gpt2") == []
    assert needless({"R99": "why", "R03": " ", "S01": "why"}, asked, "gpt2") == [
        "there is no check 'R99' to waive",
        "the waiver of R03 gives no reason",
        "S01 is waived, but is not asked of gpt2",
    ]
