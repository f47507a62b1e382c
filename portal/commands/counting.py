"""Numbers of things in the words of the command line."""


def counted(number: int, thing: str) -> str:
    """``1 account``, ``2,000 accounts``: ``thing`` in the singular, its plural with an s."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
