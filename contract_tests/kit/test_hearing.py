"""Clients that listen to streams which are written for them."""

import threading

import pytest

from azureml_contract import factory, wire
from azureml_contract.broken import Broken
from azureml_contract.client import Clients
from azureml_contract.hearing import listening
from azureml_contract.inspection import Inspection
from azureml_contract.stage import staged
from contract_tests.zoo.clients import Caller
from contract_tests.zoo.reference import Chat
from contract_tests.zoo.streams import DecodesEachChunk, SplitsText
from contract_tests.zoo.streams_ends import ForgetsOptions, ReadsForEver

pytestmark = pytest.mark.slow

CHAT = wire.known("chat")


@pytest.fixture(scope="module")
def stage():
    with staged(CHAT) as stage:
        yield stage


def clients(make, stage):
    return Clients(factory.of(make), factory.of(Chat), CHAT, stage)


def broken(id_, make, stage):
    subject = clients(make, stage)
    (verdict,) = Inspection(subject, CHAT, only=[id_]).run()
    return verdict.broken


@pytest.mark.parametrize("road", ["stream", "astream"])
def test_a_client_hears_what_is_written(road, stage):
    with listening(clients(Caller, stage), CHAT) as listener:
        heard = listener.hear(listener.script.written("a", "é"), road)
    assert (heard.text, heard.raised) == ("aé", None)


@pytest.mark.parametrize("road", ["stream", "astream"])
def test_what_came_before_an_error_is_kept(road, stage):
    with listening(clients(Caller, stage), CHAT) as listener:
        heard = listener.hear(listener.script.written("a", "b")[:2], road, torn=True)
    assert heard.text == "a"
    assert heard.raised is not None
    assert heard.raised.call == road


def test_writes_come_one_by_one(stage):
    with listening(clients(Caller, stage), CHAT) as listener:
        whole = b"".join(listener.script.written("a"))
        heard = listener.hear([whole[at : at + 1] for at in range(len(whole))])
    assert heard.text == "a"


def test_the_endpoint_is_afterwards_as_it_was(stage):
    with listening(clients(Caller, stage), CHAT) as listener:
        listener.hear(listener.script.written("a"))
    assert "".join(clients(Caller, stage)().stream("Hello")) == "Hello"


class StreamsNothing(Caller):
    def stream(self, asked, **options):
        yield self.invoke(asked, **options)


def test_who_asks_for_no_stream_gets_a_plain_answer(stage):
    with listening(clients(StreamsNothing, stage), CHAT) as listener:
        assert not listener.streams
        assert listener.hear(listener.script.written("a")).text == "Hi"


def test_what_never_ends_is_ended(stage, monkeypatch):
    monkeypatch.setattr("azureml_contract.hearing.PATIENCE", 0.3)
    threads = threading.active_count()
    found = broken("T05", ReadsForEver, stage)
    assert found.summary == "The client goes on for ever when a stream is over."
    assert threading.active_count() == threads


def test_a_piece_without_a_text_is_told(stage):
    class Numbers(Caller):
        def stream(self, *asked, **options):
            yield 7

        astream = None

    with pytest.raises(Broken, match="gave a int"), listening(clients(Numbers, stage), CHAT):
        pass


def test_reports_say_where_a_stream_was_cut(stage):
    found = broken("T01", DecodesEachChunk, stage)
    assert found.summary.startswith("stream() raises StreamFailed when the stream is cut after byte ")
    assert found.summary.endswith((", inside 'é'.", ", inside '𝄞'.", ", inside '\\u2028'."))
    assert repr(found.expected) == "'é𝄞\\u2028b'"
    assert b" | " in found.body
    assert b"\n" not in found.body


def test_reports_name_the_character_that_ends_no_line(stage):
    summary = broken("T02", SplitsText, stage).summary
    assert "U+0085 NEL, which ends no line, stands in the JSON" in summary


def test_reports_say_which_parameter_is_missing(stage):
    summary = broken("T07", ForgetsOptions, stage).summary
    assert summary == "A stream does not send the parameters of a plain call: 'top_p' is missing."
