"""What was seen, beside what is due."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.load import Borne


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio that is due: at least (or, where less is better, at most) so much."""

    said: str
    ratio: float
    due: float
    at_most: bool = False
    #: The same ratio by how long the servers' core worked, where that was measured.
    by_work: float | None = None

    def __str__(self) -> str:
        return f"{self.ratio:.2f}" if self.by_work is None else f"{self.ratio:.2f} (by work {self.by_work:.2f})"

    @property
    def is_met(self) -> bool:
        """Whether it was reached."""
        return self.ratio <= self.due if self.at_most else self.ratio >= self.due


@dataclass(slots=True)
class Outcome:
    """One line of the table."""

    row: str
    workload: str
    ours: str
    peers: Mapping[str, str] = field(default_factory=dict)
    goals: Sequence[Goal] = ()
    note: str = ""


def in_turn(loads: Mapping[str, Callable[[], Borne]], rounds: int) -> dict[str, Borne]:
    """Put each load, round by round one after the other, and give of each the median of what was seen."""
    seen: dict[str, list[Borne]] = {name: [] for name in loads}
    for _ in range(rounds):
        for name, load in loads.items():
            seen[name].append(load())
    return {name: middle(borne) for name, borne in seen.items()}


def middle(borne: Sequence[Borne]) -> Borne:
    """Give the medians, and the sum of what failed."""
    return Borne(
        median(one.rate for one in borne),
        median(one.p50 for one in borne),
        median(one.p99 for one in borne),
        median(one.longest for one in borne),
        sum(one.failed for one in borne),
        median(one.work for one in borne),
    )


def at_least(said: str, ours: Borne, theirs: Borne, due: float) -> Goal:
    """Say that we are due to answer so many times as often as they do."""
    ratio = ours.rate / theirs.rate if theirs.rate else float("inf")
    by_work = theirs.work / ours.work if ours.work and theirs.work else None
    return Goal(f"≥ {due:g} × {said}", 0.0 if ours.failed else ratio, due, by_work=by_work)


def written(outcomes: Sequence[Outcome]) -> str:
    """Write the table in Markdown."""
    lines = ["| row | workload | ours | peers | ratio | goal | met |", "|---|---|---|---|---|---|---|"]
    for it in outcomes:
        peers = "; ".join(f"{name} {borne}" for name, borne in it.peers.items()) or "–"
        ratios = "; ".join(map(str, it.goals)) or "–"
        goals = "; ".join(goal.said for goal in it.goals) or "–"
        met = "; ".join("yes" if goal.is_met else "**no**" for goal in it.goals) or "–"
        note = f" ({it.note})" if it.note else ""
        lines.append(f"| {it.row} | {it.workload}{note} | {it.ours} | {peers} | {ratios} | {goals} | {met} |")
    return "\n".join(lines)
