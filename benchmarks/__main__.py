"""Run the benchmarks and print the table."""

import argparse
import os
import shutil
import sys
import time

from benchmarks import data, servers, table
from benchmarks.pages import showing
from benchmarks.registry_server import SERVERS
from benchmarks.rows import ROWS as OF_THE_API
from benchmarks.rows import Run

ROWS = {**OF_THE_API, "pages": showing}


def main() -> None:
    """Run the rows that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"{', '.join(ROWS)}; all, if none is named")
    parser.add_argument("--quick", action="store_true", help="one short round: to see whether it works, not how fast")
    parser.add_argument("--server", choices=SERVERS, default="granian", help="what `production` is to mean")
    chosen = parser.parse_args()
    if unknown := [row for row in chosen.rows if row not in ROWS]:
        parser.error(f"there is no row {unknown[0]}")
    if (os.cpu_count() or 1) < 2:
        parser.error("a core for the server and one for the load are needed")
    data.folder()
    run = Run(chosen.server, seconds=2 if chosen.quick else 5, rounds=1 if chosen.quick else 3)
    outcomes: list[table.Outcome] = []
    for measure in dict.fromkeys(ROWS[row] for row in chosen.rows or ROWS):
        began = time.monotonic()
        for outcome in measure(run):
            outcomes.append(outcome)
            print(table.written([outcome]).splitlines()[-1], flush=True)
        print(f"  {measure.__name__}: {time.monotonic() - began:.0f} s", flush=True)
    shutil.rmtree(servers.WORK, ignore_errors=True)
    print("\n" + table.written(outcomes))
    sys.exit(0 if all(goal.is_met for outcome in outcomes for goal in outcome.goals) else 1)


if __name__ == "__main__":
    main()
