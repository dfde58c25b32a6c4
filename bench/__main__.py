"""`python -m bench [NAME ...]`: measure, as ratios of interleaved alternatives."""

import sys
from importlib import import_module

BENCHES = {"stories": "bench.stories", "events": "bench.events", "lookup": "bench.lookup"}


def main() -> None:
    if sys.argv[1:]:
        names = sys.argv[1:2]
        if names[0] not in BENCHES:
            sys.exit(f"no such bench; there are: {', '.join(BENCHES)}")
    else:
        names = list(BENCHES)
    for name in names:
        import_module(BENCHES[name]).main()


if __name__ == "__main__":
    main()
