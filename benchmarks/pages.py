"""What a page costs, beside the calls of the API that tell the same."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

from benchmarks import data, load
from benchmarks.load import Borne
from benchmarks.registry_server import registry
from benchmarks.rows import Run
from benchmarks.servers import Server
from benchmarks.table import Goal, Outcome, in_turn

_SLUGS = [data.slug_of(number) for number in range(0, data.SERVICES, 7)]
#: Each page with the calls that bring what it shows.
PAGES: dict[str, tuple[list[str], list[list[str]]]] = {
    "start": (["/"], [["/api/v1/services?limit=6"], ["/api/v1/services?limit=6&sort=adoptions"]]),
    "catalogue": (
        [f"/services?q={quote(term)}" for term in data.TERMS],
        [[f"/api/v1/services?q={quote(term)}&limit=20" for term in data.TERMS]],
    ),
    "service": (
        [f"/services/{slug}" for slug in _SLUGS],
        [
            [f"/api/v1/services/{slug}" for slug in _SLUGS],
            [f"/api/v1/services/{slug}/releases?limit=10" for slug in _SLUGS],
            [f"/api/v1/services/{slug}/adoptions?limit=10" for slug in _SLUGS],
        ],
    ),
}


def showing(run: Run) -> Iterator[Outcome]:
    """Pages: the server's work for a page is at most three times that for the API's calls of the same content."""
    with registry(run.how) as server:
        for name, (pages, calls) in PAGES.items():
            loads = {"page": _reading(server, f"{name} page", pages, run.seconds)}
            for number, lines in enumerate(calls):
                loads[f"call {number}"] = _reading(server, f"{name} call {number}", lines, run.seconds)
            for act in loads.values():
                act()  # once, unmeasured: templates are compiled, words and pages of the database are there
            seen = in_turn(loads, run.rounds)
            theirs = sum(borne.work for told, borne in seen.items() if told != "page")
            yield Outcome(
                "pages", f"the {name} page", str(seen["page"]), {"the API's calls": f"work {theirs:.2f} ms"},
                [Goal("works ≤ 3 × the API's calls", seen["page"].work / theirs, 3, at_most=True)],
            )  # fmt: skip


def _reading(server: Server, name: str, lines: list[str], seconds: float) -> Callable[[], Borne]:
    return lambda: load.reads(server, name, lines, seconds=seconds)
