"""`python -m experiments` is `nqpf`."""

import sys

if __name__ == "__main__":
    try:
        from experiments.cli import main

        sys.exit(main())
    except KeyboardInterrupt:  # before the command line could take over
        sys.exit(130)
