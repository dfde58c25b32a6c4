"""`python -m bench NAME …`: each module here measures one thing and has a `main(arguments) -> exit code`."""

import sys
from importlib import import_module

if __name__ == "__main__":
    if len(sys.argv) < 2 or not sys.argv[1].isidentifier():
        sys.exit("python -m bench match [--quick] [--mentions PATH]")
    sys.exit(import_module(f"bench.{sys.argv[1]}").main(sys.argv[2:]))
