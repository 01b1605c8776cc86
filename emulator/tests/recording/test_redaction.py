"""Whatever header or body a key comes in, and however it is written there, no cassette holds it."""

import base64
import gzip
import html
import json
import re
import zlib
from itertools import pairwise
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from azureml_emulator.recording.cassette import (
    Interaction,
    RecordedRequest,
    RecordedResponse,
    written,
)
from azureml_emulator.recording.cassette_file import CassetteFile
from azureml_emulator.recording.redaction import BLOT, Redaction, Unreadable, is_key

KEY = "aB3+/xY9-Qz_77=="

keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=84)

FORMS = {
    "as it is": lambda key: key.encode(),
    "in capitals": lambda key: key.upper().encode(),
    "in small letters": lambda key: key.lower().encode(),
    "in either": lambda key: key.swapcase().encode(),
    "percent": lambda key: quote(key, safe="").encode(),
    "percent throughout": lambda key: b"".join(b"%%%02x" % one for one in key.encode()),
    "percent twice": lambda key: quote(quote(key, safe=""), safe="").encode(),
    "JSON": lambda key: json.dumps(key).encode(),
    "JSON in JSON": lambda key: json.dumps(json.dumps(key)).encode(),
    "JSON by number": lambda key: b"".join(b"\\u%04x" % one for one in key.encode()),
    "JSON with slashes": lambda key: json.dumps(key).replace("/", "\\/").encode(),
    "HTML": lambda key: html.escape(key).encode(),
    "HTML by number": lambda key: b"".join(b"&#%d;" % one for one in key.encode()),
    "hexadecimal": lambda key: key.encode().hex().encode(),
    "UTF-16": lambda key: key.encode("utf-16"),
    "UTF-32": lambda key: key.encode("utf-32-be"),
    "after a backslash": lambda key: b"\\" + key.encode(),
    **{
        f"base64 after {count}": lambda key, count=count: base64.b64encode(b"x" * count + key.encode() + b": y")
        for count in range(3)
    },
    "base64 of URLs": lambda key: base64.urlsafe_b64encode(b"Basic " + key.encode()),
    "base64 in lines": lambda key: base64.encodebytes(key.encode()),
    "base64 in JSON": lambda key: json.dumps(base64.encodebytes(key.encode()).decode()).encode(),
}


def readings(data):
    """Everything that bytes can be taken to say: our own way to look, for those forms above."""
    found = {data, data.replace(b"\x00", b"")}
    for _ in range(4):
        for one in tuple(found):
            found.add(unquote_to_bytes(one))
            found.add(html.unescape(one.decode("latin-1")).encode("latin-1", "replace"))
            found.add(re.sub(rb"\\u00([0-9a-fA-F]{2})", lambda two: bytes.fromhex(two[1].decode()), one))
            found.add(re.sub(rb'\\(["\\/])', rb"\1", one))
    found |= {re.sub(rb"\\n|\s", b"", one) for one in found}
    for one in list(found):
        for run in re.findall(rb"[A-Za-z0-9+/_-]{8,}", one):
            for start in range(4):
                part = run[start:].replace(b"-", b"+").replace(b"_", b"/")
                found.add(base64.b64decode(part + b"A" * (-len(part) % 4)))
        found |= {bytes.fromhex(run.decode()) for run in re.findall(rb"(?:[0-9a-f]{2}){8,}", one.lower())}
    return found


def holds(data, key):
    return any(key.lower().encode() in one.lower() for one in readings(data))


def test_the_judge_finds_every_form():
    for name, form in FORMS.items():
        assert holds(b'{"a": "' + form(KEY) + b'"}', KEY), name
        assert not holds(b'{"a": "' + form("another-key") + b'"}', KEY), name


def cut(data, places):
    """Cut bytes at some places into chunks, a tenth of a second apart."""
    bounds = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    pieces = [data[start:end] for start, end in pairwise(bounds)]
    return tuple((number / 10, piece) for number, piece in enumerate(pieces, 1))


def interaction(
    path="/score", query="", headers=(), body=b"{}", answer_headers=(), chunks=((0.1, b"[]"),), reason=""
):
    request = RecordedRequest("POST", path, query, headers, body)
    return Interaction(
        request,
        RecordedResponse(200, reason, answer_headers, "chunked", 0.0, chunks, "complete", 1e6),
        "",
        "http://x",
    )


def lines(data):
    """What a cassette says, and its bodies as bytes."""
    document = json.loads(data)
    chunks = [one for _, one in document["response"]["chunks"]]
    bodies = [base64.b64decode(one["base64"]) if isinstance(one, dict) else one.encode() for one in chunks]
    asked = document["request"]["body"]
    return data, b"".join(bodies), base64.b64decode(asked["base64"]) if isinstance(asked, dict) else asked.encode()


PLACES = {
    "path": lambda text, where: interaction(path=f"/a/{text}/score"),
    "query": lambda text, where: interaction(query=f"a=1&b={text}"),
    "query of keys": lambda text, where: interaction(query=f"code={text}&api-key={text}"),
    "header": lambda text, where: interaction(headers=(("X-Whatever", text), ("User-Agent", f"me/{text}"))),
    "header's name": lambda text, where: interaction(headers=((f"X-{text}", "1"),)),
    "authorization": lambda text, where: interaction(headers=(("Authorization", f"Bearer {text}"),)),
    "cookie": lambda text, where: interaction(headers=(("Cookie", f"a=b; session={text}"),)),
    "answer's header": lambda text, where: interaction(answer_headers=(("X-Echo", f"you said {text}!"),)),
    "answer's cookie": lambda text, where: interaction(answer_headers=(("Set-Cookie", f"s={text}; Path=/"),)),
    "reason": lambda text, where: interaction(reason=f"No {text}"),
}
BODIES = {
    "body": lambda data, where: interaction(body=b'{"prompt": "my key is ' + data + b', ok?"}'),
    "bare body": lambda data, where: interaction(body=data),
    "zipped body": lambda data, where: interaction(
        headers=(("Content-Encoding", "gzip"),), body=gzip.compress(b"a " + data + b" b")
    ),
    "answer": lambda data, where: interaction(chunks=cut(b'{"said": "' + data + b'"}', where)),
    "zipped answer": lambda data, where: interaction(
        answer_headers=(("content-encoding", "deflate"),), chunks=cut(zlib.compress(b"a " + data), where)
    ),
}

forms = st.sampled_from(list(FORMS))
wheres = st.lists(st.integers(0, 10_000), max_size=6)


def check(key, recorded):
    redaction = Redaction(key)
    assume(key.strip("*"))
    assume(not redaction.holds_key(written(interaction())))  # the key is no word of every line
    for one in lines(written(redaction.redacted(recorded))):
        assert not holds(one, key)


@pytest.mark.slow
@given(keys, forms, st.sampled_from(list(BODIES)), wheres)
@example("n\\bcdefgh", "after a backslash", "body", [])
@example("********a", "as it is", "bare body", [])
@example("a*aa*aa*a", "JSON by number", "answer", [12, 14])
@settings(max_examples=150, deadline=None)
def test_a_cassette_holds_no_key_that_came_in_a_body(key, form, place, where):
    check(key, BODIES[place](FORMS[form](key), where))


@given(keys, forms, st.sampled_from(list(PLACES)))
@settings(max_examples=150, deadline=None)
def test_a_cassette_holds_no_key_that_came_in_a_header_or_an_address(key, form, place):
    check(key, PLACES[place](FORMS[form](key).decode("latin-1"), []))


@pytest.mark.slow
@given(keys, forms, st.sampled_from([*PLACES, *BODIES]), wheres)
@settings(max_examples=5000, deadline=None)
def test_a_cassette_holds_no_key_for_long(key, form, place, where):
    data = FORMS[form](key)
    check(key, PLACES[place](data.decode("latin-1"), where) if place in PLACES else BODIES[place](data, where))


@given(keys, wheres, st.integers(1, 5))
@settings(max_examples=50, deadline=None)
def test_a_key_that_comes_token_by_token_is_found(key, where, size):
    events = [
        "data: " + json.dumps({"choices": [{"delta": {"content": key[at : at + size]}}]}) + "\n\n"
        for at in range(0, len(key), size)
    ]
    recorded = interaction(chunks=cut("".join(events).encode(), where))
    clean = Redaction(key).redacted(recorded)
    body = clean.response.body.decode()
    said = "".join(
        json.loads(event.removeprefix("data: "))["choices"][0]["delta"]["content"]
        for event in body.split("\n\n")
        if event
    )
    assert key.lower() not in said.lower() or not key.strip("*")
    assert [at for at, _ in clean.response.chunks] == [at for at, _ in recorded.response.chunks]


@pytest.mark.parametrize(
    "header",
    [
        "Authorization",
        "api-key",
        "X-API-Key",
        "Ocp-Apim-Subscription-Key",
        "Cookie",
        "Proxy-Authorization",
        "X-Auth-Token",
        "x-client-secret",
    ],
)
def test_keys_that_callers_send_are_blotted_out_everywhere(header):
    key = "the-callers-own-key"
    value = f"Bearer {key}" if header == "Authorization" else f"session={key}" if header == "Cookie" else key
    recorded = interaction(headers=((header, value),), chunks=((0.1, b"you are the-callers-"), (0.2, b"own-key!")))
    clean = Redaction().redacted(recorded)
    assert clean.request.headers == ((header, BLOT),)
    assert clean.response.body == b"you are *******************!"
    assert [len(data) for _, data in clean.response.chunks] == [20, 8]


def test_a_key_of_an_earlier_caller_is_still_known():
    redaction = Redaction()
    redaction.redacted(interaction(headers=(("api-key", KEY),)))
    assert redaction.redacted(interaction(body=KEY.encode())).request.body == b"*" * len(KEY)


def test_basic_passwords_are_known():
    value = "Basic " + base64.b64encode(b"me:open-sesame").decode()
    clean = Redaction().redacted(interaction(headers=(("Authorization", value),), body=b"open-sesame"))
    assert clean.request.body == b"*" * 11


def test_what_is_called_a_key_loses_its_value():
    clean = Redaction().redacted(
        interaction(query="code=1234&a=b&api-key=x", body=b'{"api_key": "short", "token": "word"}')
    )
    assert clean.request.query == f"code={BLOT}&a=b&api-key={BLOT}"
    assert clean.request.body == b'{"api_key": "*****", "token": "word"}'


def test_what_a_replay_needs_is_kept():
    request = (("Content-Type", "application/json"), ("azureml-model-deployment", "blue"), ("X-Other", "?"))
    answer = (
        ("x-ratelimit-remaining-tokens", "9"),
        ("azureml-model-session", "blue"),
        ("Retry-After", "1"),
        ("Set-Cookie", "a=b"),
    )
    clean = Redaction(KEY).redacted(interaction(headers=request, answer_headers=answer))
    assert clean.request.headers == (*request[:2], ("X-Other", BLOT))
    assert clean.response.headers == (*answer[:3], ("Set-Cookie", BLOT))
    plain = interaction(body=b"caf\xc3\xa9 \xff", chunks=((0.1, b"\xc3"), (0.2, b"\xa9")))
    assert Redaction(KEY).redacted(plain) == plain


def test_zipped_bodies_stay_as_they_are_unless_they_hold_a_key():
    headers = (("content-encoding", "gzip"),)
    chunks = cut(gzip.compress(b"nothing", mtime=0), [5])
    assert Redaction(KEY).redacted(interaction(answer_headers=headers, chunks=chunks)).response.chunks == chunks
    chunks = cut(gzip.compress(b"here: " + KEY.encode()), [5, 9])
    clean = Redaction(KEY).redacted(interaction(answer_headers=headers, chunks=chunks))
    assert gzip.decompress(clean.response.body) == b"here: " + b"*" * len(KEY)


@pytest.mark.parametrize(("encoding", "body"), [("br", b"..."), ("gzip", b"no gzip")])
def test_what_cannot_be_looked_into_is_not_recorded(tmp_path, encoding, body):
    recorded = interaction(answer_headers=(("content-encoding", encoding),), chunks=((0.1, body),))
    with pytest.raises(Unreadable):
        Redaction(KEY).redacted(recorded)
    file = CassetteFile(str(tmp_path / "c.jsonl"))
    assert file.add(recorded).startswith("not recorded, lest a key be: ")
    file.close()
    assert (tmp_path / "c.jsonl").read_bytes() == b""


def test_a_line_that_still_holds_a_key_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(Redaction, "redacted", lambda self, recorded: recorded)
    file = CassetteFile(str(tmp_path / "c.jsonl"), "new", KEY)
    assert file.add(interaction(body=KEY.encode())) == "not recorded, lest a key be: a key is left in it"
    assert file.add(interaction()).endswith("c.jsonl:1")
    file.close()
    assert (tmp_path / "c.jsonl").read_bytes() == written(interaction())


def test_headers_for_keys_are_told_from_others():
    assert is_key("x-functions-key")
    assert is_key("X-Amz-Security-Token")
    assert not is_key("x-ratelimit-limit-tokens")
    assert not is_key("keep-alive")
    assert not is_key("x-keyboard")
