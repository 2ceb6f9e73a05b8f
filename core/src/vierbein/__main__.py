"""`python -m vierbein`: the command line."""

import sys

from vierbein.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
