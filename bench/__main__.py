"""`python -m bench [NAME [ARGUMENT …]]`: measure, as ratios of alternatives interleaved in one run.

Each module here that is named in BENCHES has a `main(arguments) -> exit code`; without a name all of them run.
"""

import sys
from importlib import import_module

BENCHES = {
    "ingest": "bench.fetch",
    "match": "bench.match",
    "sense": "bench.sense",
    "stories": "bench.stories",
    "events": "bench.events",
    "lookup": "bench.lookup",
    "store": "bench.store",
    "search": "bench.search",
}


def main(arguments: list[str]) -> int:
    names = arguments[:1] or list(BENCHES)
    if names[0] not in BENCHES:
        print(f"no such bench; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 1
    return max(int(import_module(BENCHES[name]).main(arguments[1:]) or 0) for name in names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
