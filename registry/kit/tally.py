"""Counts things in memory and hands the sums on in batches, so that counting writes nothing in a request."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Generic
from uuid import UUID

import structlog
from typing_extensions import TypeVar

log = structlog.get_logger(__name__)

INTERVAL = 5.0

Thing = TypeVar("Thing", default=UUID)


class Tally(Generic[Thing]):
    """Counts by id. A process that is killed loses what it counted in the last seconds, and nothing else."""

    def __init__(self, hand_on: Callable[[Mapping[Thing, int]], None], interval: float = INTERVAL) -> None:
        self._hand_on = hand_on
        self._interval = interval
        self._counts: Counter[Thing] = Counter()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def count(self, identifier: Thing) -> None:
        """Count one."""
        with self._lock:
            self._counts[identifier] += 1
            self._begin()

    def note(self, identifier: Thing) -> None:
        """Count one unless it was counted since the last time: enough where only whether it was matters."""
        if identifier not in self._counts:
            self.count(identifier)

    def flush(self) -> None:
        """Hand on what was counted; what cannot be handed on now is kept, and tried again after a while."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        if not counts:
            return
        try:
            self._hand_on(counts)
        except Exception:
            log.warning("counts kept for later", exc_info=True)
            with self._lock:
                self._counts.update(counts)
                self._begin()

    def _begin(self) -> None:
        if self._timer is None:
            # Begun by the first count, hence in the process that serves, also where a server forks.
            self._timer = threading.Timer(self._interval, self.flush)
            self._timer.daemon = True
            self._timer.start()
