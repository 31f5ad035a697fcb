"""Every view for every value of every filter, compared with the table of the page: `python -m tests.every_value`.

Each table is compared in all forms. Where a view gives a table that was compared before, it is compared as
JSON and as raw CSV. A filter that does not concern a view must leave its rows as they are. Says how much was
compared and what differs; fails where something does. `--processes 2` shares the views among two processes.
"""

from __future__ import annotations

import argparse
import sys
import time
from multiprocessing import get_context

from ledger import views
from tests.forms import FORMS, fault
from tests.test_forms import VALUES, asked, content, narrowing


def compare(view: str) -> tuple[str, int, int, int, list[str]]:
    """The view, how many addresses, distinct tables and files were compared, and the faults."""
    seen: set[str] = set()
    addresses = files = 0
    faults = []
    for name, listed in VALUES.items():
        for value in listed:
            one = asked(view, ((name, value),))
            mark = content(one)
            again = mark in seen or name not in narrowing(view)
            seen.add(mark)
            addresses += 1
            for form in ("json", "raw") if again else FORMS:
                files += 1
                faults += filter(None, [fault(one, form)])
    return view, addresses, len(seen), files, faults


def main() -> None:
    """Compare everything, a line for each view."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=1)
    begun = time.monotonic()
    total = [0, 0, 0, 0]
    with get_context("spawn").Pool(parser.parse_args().processes) as pool:
        for view, addresses, tables, files, faults in pool.imap_unordered(compare, views.VIEWS):
            counts = (addresses, tables, files, len(faults))
            line = "{}: {:,} addresses, {:,} tables, {:,} files, {} faults".format(view, *counts)
            print(line, *faults, sep="\n  ", flush=True)
            total = [sum(pair) for pair in zip(total, counts, strict=True)]
    minutes = (time.monotonic() - begun) / 60
    print("In all: {:,} addresses, {:,} tables, {:,} files, {} faults, {:.0f} minutes".format(*total, minutes))
    sys.exit(bool(total[3]))


if __name__ == "__main__":
    main()
