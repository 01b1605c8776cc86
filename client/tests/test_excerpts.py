"""What is kept and shown of a body."""

import pytest

from azureml_endpoint.excerpts import SHOWN_BODY, shown, title_of_page


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b"<html><head><title>502 Bad Gateway</title></head>", "502 Bad Gateway"),
        (b"\xef\xbb\xbf\r\n <!DOCTYPE HTML>\n<HTML><TITLE lang=en>Sign\n in</TITLE>", "Sign in"),
        (b"<html><body>no title</body>", ""),
        (b"<html><title>never ends", ""),
        (b'{"html": "<html><title>x</title>"}', None),
        (b'"<html><title>x</title>"', None),
        (b"", None),
        (b"\xff<html>", None),
    ],
)
def test_the_title_of_a_page(body: bytes, title: str | None) -> None:
    assert title_of_page(body) == title


def test_what_is_shown() -> None:
    assert shown(b"") == "(nothing)"
    assert shown(b"{}") == "{}"
    assert shown("<html><title>T</title>").startswith("a page in HTML with the title 'T', so not the model")
    assert shown("<html>").startswith("a page in HTML, so not the model")
    assert len(shown("<html>" + "x" * 10_000)) < SHOWN_BODY + 200
