"""Calls that may never come back: they are waited for as long as is decent, and then given up."""

import ctypes
from collections.abc import Callable
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


class Endless(Exception):
    """A call did not come back."""


class _Enough(BaseException):
    """Is raised in a thread that does not come to an end by itself."""


def within(seconds: float, work: Callable[[], T]) -> T:
    """Do some work in a thread of its own; give what it gives, raise what it raises. Raises `Endless`.

    A loop of Python's that goes on is ended; what waits for others is left to itself.
    """
    given: list[T] = []
    raised: list[BaseException] = []

    def done() -> None:
        try:
            given.append(work())
        except BaseException as error:  # noqa: BLE001  it is raised where the work was asked for
            raised.append(error)

    thread = Thread(target=done, daemon=True, name="azureml-contract")
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_Enough))
        thread.join(1.0)
        raise Endless
    if raised:
        raise raised[0]
    return given[0]
