"""Remembers for a while what is dear to find out, and may be a little old."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memo(Generic[Value]):
    """One value, made anew when it is older than `seconds`; while one makes it, others get the old one."""

    def __init__(self, make: Callable[[], Value], seconds: float) -> None:
        self._make, self._seconds = make, seconds
        self._kept: tuple[float, Value] | None = None
        self._turn = threading.Lock()

    def get(self) -> Value:
        """Return the value."""
        kept = self._kept
        if kept is None:
            self._turn.acquire()
        elif time.monotonic() - kept[0] < self._seconds or not self._turn.acquire(blocking=False):
            return kept[1]
        try:
            if self._kept is None or self._kept is kept:  # else another one made it meanwhile
                self._kept = (time.monotonic(), self._make())
            return self._kept[1]
        finally:
            self._turn.release()
