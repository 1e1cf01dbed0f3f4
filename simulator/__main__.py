"""``python -m simulator`` is ``tripmeter-sim``."""

from simulator.cli import main

main()
