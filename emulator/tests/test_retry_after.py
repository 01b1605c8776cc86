"""The ways to say when to come again, as headers."""

from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from azureml_emulator.retry_after import Date, RetryAfter, Seconds

NOON = 1_700_000_000.25


@pytest.mark.parametrize(
    ("setting", "headers"),
    [
        ("seconds", {"retry-after": "13"}),
        ("date", {"retry-after": "Tue, 14 Nov 2023 22:13:33 GMT"}),
        ("milliseconds", {"retry-after-ms": "12345"}),
        ("both", {"retry-after": "13", "retry-after-ms": "12345"}),
        ("absent", {}),
        ("odd", {"retry-after": "-1"}),
        ({"type": "odd", "value": 0}, {"retry-after": "0"}),
        ({"type": "odd", "value": "", "header": "retry-after-ms"}, {"retry-after-ms": ""}),
        ({"type": "odd", "value": "in a minute"}, {"retry-after": "in a minute"}),
        (30, {"retry-after": "30"}),
        (86400.5, {"retry-after": "86401"}),
        ({"type": "milliseconds", "after_s": 0.0001}, {"retry-after-ms": "1"}),
        ({"type": "date", "after_s": -60}, {"retry-after": "Tue, 14 Nov 2023 22:12:21 GMT"}),
        ({"type": "seconds", "after_s": -1}, {"retry-after": "-1"}),
    ],
)
def test_each_way_of_saying_it(setting, headers):
    assert dict(RetryAfter.of(setting).headers(12.345, NOON)) == headers


@given(st.integers(0, 10**9).map(lambda ms: ms / 1000), st.floats(0, 4e9).map(lambda at: round(at, 3)))
def test_who_believes_it_does_not_come_too_early(seconds, at):
    ((_, told),) = Seconds().headers(seconds, at)
    assert seconds <= int(told) < seconds + 1
    ((_, date),) = Date().headers(seconds, at)
    assert 0 <= parsedate_to_datetime(date).timestamp() - (at + seconds) < 1


def test_every_way_has_an_example_that_works():
    for member in RetryAfter.members().values():
        assert isinstance(RetryAfter.of(member.example_setting()), member)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("sometime", "expected a number of seconds, or one of absent, both, date, milliseconds, odd, seconds"),
        ({"type": "odd", "value": "1\r\nset-cookie: a=b"}, "pattern"),
        ({"type": "odd", "value": True}, "string"),
        ({"type": "seconds", "after_s": "soon"}, "number"),
        ({"type": "date", "after_s": float("nan")}, "less than or equal to 1000000000"),
        (float("inf"), "less than or equal to 1000000000"),
        (None, "a mapping with a 'type'"),
    ],
)
def test_what_cannot_be_said_is_refused(setting, message):
    with pytest.raises(ValidationError, match=message):
        RetryAfter.of(setting)


def test_a_number_is_part_of_the_schema():
    assert {"type": "number"} in TypeAdapter(RetryAfter).json_schema()["anyOf"]
