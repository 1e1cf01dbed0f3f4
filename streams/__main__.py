"""``python -m streams`` is ``tripmeter``."""

from streams.cli import main

main()
