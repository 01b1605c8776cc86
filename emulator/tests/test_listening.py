"""Listening: at every address of a host, and with how long what is read has lain there."""

import asyncio
import errno
import socket
import ssl
import sys
import time

import pytest
import trustme

from azureml_emulator.listening import Unread, listening

pytestmark = pytest.mark.filterwarnings("error")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when bytes came, and has all of 127/8")
MISSING = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("100::1", 0, 0, 0))
"""An address that no machine has: RFC 6666 has all that goes there dropped."""
HERE = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))


class Hearing(asyncio.Protocol):
    def __init__(self, unread, heard):
        self.unread, self.heard = unread, heard

    def data_received(self, data):
        self.heard.put_nowait(self.unread.seconds)


def busy_for(seconds):
    """Keep the loop from reading."""
    time.sleep(seconds)


def contexts(secure):
    if not secure:
        return None, None
    authority, here, there = trustme.CA(), *(ssl.create_default_context(one) for one in ssl.Purpose)
    authority.issue_cert("localhost").configure_cert(there)
    authority.configure_trust(here)
    return here, there


@LINUX
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_what_lies_unread_says_how_long(secure):
    async def measured():
        unread, heard, lain = Unread(), asyncio.Queue(), []
        here, there = contexts(secure)
        loop = asyncio.get_running_loop()
        (door,) = await listening("127.0.0.1", 0, unread)
        server = await loop.create_server(lambda: Hearing(unread, heard), sock=door, ssl=there)
        name = {"server_hostname": "localhost"} if secure else {}
        _, writer = await asyncio.open_connection(*door.getsockname(), ssl=here, **name)
        for seconds in (0.15, 0.0, 0.05):
            writer.write(b"x")
            busy_for(seconds)
            lain.append(await heard.get())
        writer.close()
        server.close()
        await server.wait_closed()
        return lain

    async def in_time():
        return await asyncio.wait_for(measured(), 10)

    first, second, third = asyncio.run(in_time())
    assert first >= 0.15
    assert third >= 0.05
    assert second < first


@pytest.mark.parametrize("ahead", [-3600, 3600])
def test_a_clock_that_was_set_is_not_believed(ahead):
    unread = Unread()
    unread.hear([(socket.SOL_SOCKET, 35, int(time.time() + ahead).to_bytes(8, sys.byteorder) + bytes(8))])
    assert unread.seconds == 0.0


def opened(host="x", port=0):
    async def all_of_them():
        return await listening(host, port, Unread())

    return asyncio.run(all_of_them())


def closed(doors):
    for door in doors:
        door.close()


@pytest.fixture
def resolved(monkeypatch):
    """Have every host have some addresses."""

    def resolve(*found):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: list(found))

    return resolve


@LINUX
def test_a_host_of_two_addresses_has_one_port(resolved):
    resolved(HERE, (*HERE[:4], ("127.0.0.2", 0)))
    doors = opened()
    (first, port), (second, other) = (door.getsockname() for door in doors)
    closed(doors)
    assert (first, second) == ("127.0.0.1", "127.0.0.2")
    assert port == other != 0


def test_an_address_that_is_not_here_is_left_out_where_there_are_others(resolved):
    resolved(MISSING, HERE)
    (door,) = opened()
    with door:
        assert door.getsockname()[0] == "127.0.0.1"


def test_an_address_that_is_not_here_is_an_error_where_there_is_no_other(resolved):
    resolved(MISSING)
    with pytest.raises(OSError, match="100::1") as caught:
        opened()
    assert caught.value.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


@LINUX
def test_a_port_that_is_taken_at_one_of_them_is_taken(resolved):
    with socket.create_server(("127.0.0.2", 0)) as other:
        port = other.getsockname()[1]
        resolved(HERE, (*HERE[:4], ("127.0.0.2", 0)))
        with pytest.raises(OSError, match="in use"):
            opened(port=port)
        with socket.create_server(("127.0.0.1", port)):
            pass


@LINUX
def test_a_free_port_is_free_at_all_of_them(resolved, monkeypatch):
    """The first port that the system gives is taken elsewhere; it is asked again."""
    resolved(HERE, (*HERE[:4], ("127.0.0.2", 0)))
    create, taken = socket.create_server, []

    def offered(address, **settings):
        if address[0] == "127.0.0.2" and not taken:
            taken.append(create(address))
        return create(address, **settings)

    monkeypatch.setattr(socket, "create_server", offered)
    doors = opened()
    ports, given = {door.getsockname()[1] for door in doors}, [one.getsockname()[1] for one in taken]
    closed(doors + taken)
    assert len(doors) == 2
    assert given
    assert len(ports) == 1
    assert not ports & set(given)
