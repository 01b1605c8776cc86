"""Faults of what stands between an endpoint and its callers: gateways, buffers, clocks."""

import re
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from azureml_emulator.faults.fault import STRICT, Fault, Incident, Milliseconds
from azureml_emulator.faults.timetable import followed, has_body, retimed
from azureml_emulator.wire import Reply, Write

_TITLES = MappingProxyType(
    {
        200: "Sign in",
        403: "403 Forbidden",
        429: "429 Too Many Requests",
        500: "500 Internal Server Error",
        502: "502 Bad Gateway",
        503: "503 Service Temporarily Unavailable",
        504: "504 Gateway Time-out",
    }
)
_GATEWAY = "Microsoft-Azure-Application-Gateway/v2"
_PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>{1}</center>\r\n</body>\r\n</html>\r\n"
)
_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
_WIDE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
_TEN_YEARS = 3650 * 86400


@dataclass(frozen=True, config=STRICT)
class HtmlPage(Fault):
    """A gateway in front answers with a page in HTML: Azure's Application Gateway (reported, azure-docs#110739).

    The pages of other statuses than 502 are taken to be alike (unverified).
    """

    example = MappingProxyType({"status": 502, "probability": 0.05})

    status: Literal[200, 403, 429, 500, 502, 503, 504] = 502
    """The page's status; 200 is a page to sign in."""

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        page = _PAGE.format(_TITLES[self.status], _GATEWAY).encode()
        headers = (("server", _GATEWAY), ("date", reply.header("date")), ("content-type", "text/html"))
        writes: tuple[Write, ...] = ((reply.seconds, page),)
        plain = reply._replace(status=self.status, headers=headers, chunked=False, end=None)
        return plain.with_writes(writes)


@dataclass(frozen=True, config=STRICT)
class Buffered(Fault):
    """A proxy that buffers: the whole stream arrives in one piece when it is complete."""

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        if not reply.chunked or len(reply.writes) < 2 or not has_body(reply):
            return reply
        return reply._replace(writes=((reply.writes[-1][0], reply.body),))


@dataclass(frozen=True, config=STRICT)
class SplitCharacter(Fault):
    """Chunks of a stream end within a character of several bytes, and the rest comes a moment later.

    Nothing is lost. A stream that is all ASCII, as azmlinfsrv writes it, is not struck.
    """

    gap_ms: Milliseconds = 1.0
    """How much later, in milliseconds."""

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        if not reply.chunked or not has_body(reply):
            return reply
        pieces = [piece for write in reply.writes for piece in _halves(write, self.gap_ms / 1000)]
        if len(pieces) == len(reply.writes):
            return reply
        return retimed(reply, followed(pieces, 0.0))


@dataclass(frozen=True, config=STRICT)
class ClockSkew(Fault):
    """The clock of the service is wrong: `date`, and any other header that is a date, is off by `seconds`."""

    example = MappingProxyType({"seconds": -300})

    seconds: Annotated[float, Field(ge=-_TEN_YEARS, le=_TEN_YEARS)] = 300.0
    """How many seconds it is ahead, up to ten years; behind, if negative."""

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        headers = tuple(
            (name, self._later(value) if _DATE.fullmatch(value) else value) for name, value in reply.headers
        )
        return reply if headers == reply.headers else reply._replace(headers=headers)

    def _later(self, date: str) -> str:
        return format_datetime(parsedate_to_datetime(date) + timedelta(seconds=self.seconds), usegmt=True)


def _halves(write: Write, gap: float) -> list[Write]:
    """Cut a piece within its first character of several bytes, if it has one."""
    due, data = write
    found = _WIDE.search(data)
    if found is None:
        return [write]
    middle = found.start() + 1
    return [(due, data[:middle]), (due + gap, data[middle:])]
