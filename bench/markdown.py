"""Markdown: a table."""


def rows(head: list[str], lines: list[list[str]]) -> str:
    """A table; its first column is text, the others are numbers."""
    every = [head, ["---", *["---:"] * (len(head) - 1)], *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in every)
