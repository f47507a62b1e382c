"""Small numbers stay hidden: which cells of a count table may be published.

A published count of one to four people can point at a person. Such a cell is hidden (primary
suppression); then as many others as it takes are hidden too, so that nobody can work it out from the
row, column and grand totals (complementary suppression). A zero says that there is nobody and stays.

The table is read as a circulation: row totals flow into rows, rows into columns, columns into the
column totals. What a reader can deduce about a hidden cell is then exact, not a rule of thumb: it has
another possible value if, and only if, one unit can be sent around a ring of hidden cells through it.
Published periods do not overlap (``core.domain.quarter``) and small columns are put together, so that
two tables are no more telling than one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_Node = tuple[str, int]
_Cell = tuple[int, int]
_TOTAL = -1
"""The column index under which a row's total is kept."""
_SOURCE: _Node = ("total", 0)


@dataclass(frozen=True, slots=True)
class Mask:
    """What must not be shown of a table; column totals and the grand total always are."""

    cells: frozenset[_Cell]
    """(row, column) of every hidden cell."""
    row_totals: frozenset[int]
    """Rows whose total is hidden."""


def is_small(count: int, smallest: int) -> bool:
    """Whether a count of people is too small to publish: 1 to ``smallest`` - 1."""
    return 0 < count < smallest


def merge_small(totals: Sequence[int], smallest: int) -> tuple[tuple[int, ...], ...]:
    """Put columns together until every published column total is zero or at least ``smallest``.

    Returns groups of column indices in their first column's order. Needs a grand total of at least
    ``smallest`` (or none at all): below it nothing can be published whatever is put together.
    """
    if is_small(sum(totals), smallest):
        raise ValueError("the whole table is too small to publish")
    groups = [[index] for index in range(len(totals))]

    def size(group: list[int]) -> int:
        return sum(totals[index] for index in group)

    while small := [group for group in groups if is_small(size(group), smallest)]:
        first = min(small, key=size)
        # The next smallest that holds anybody: large columns keep their detail as long as possible.
        partner = min((group for group in groups if group is not first and size(group)), key=size)
        groups.remove(first)
        partner.extend(first)
    return tuple(sorted(tuple(sorted(group)) for group in groups))


def protect_line(counts: Sequence[int], smallest: int) -> frozenset[int]:
    """Which of ``counts`` to hide when their sum is published (one row, no other totals)."""
    hidden = {index for index, count in enumerate(counts) if is_small(count, smallest)}
    by_size = sorted((count, index) for index, count in enumerate(counts) if count and index not in hidden)
    # One hidden count is the rest of the sum; hidden counts of one each are as many as their sum.
    while hidden and by_size and (len(hidden) < 2 or sum(counts[i] for i in hidden) == len(hidden)):
        hidden.add(by_size.pop(0)[1])
    if len(hidden) < 2 or sum(counts[i] for i in hidden) == len(hidden):
        return frozenset(range(len(counts))) if hidden else frozenset()
    return frozenset(hidden)


def protect(cells: Sequence[Sequence[int]], smallest: int) -> Mask:
    """Which cells and row totals of a table of people to hide.

    ``cells`` are counts, rows of equal length. Column totals and the grand total are published, so
    each must be zero or at least ``smallest`` (``merge_small`` sees to it).

    No hidden cell can be worked out from what remains; where no set of nonempty cells achieves that,
    the whole body is hidden.
    """
    table = _Table(cells)
    for cell in table.all_cells():
        if is_small(table.value(cell), smallest):
            table.hidden.add(cell)
    return table.complete(smallest)


def protect_linked(cells: Sequence[Sequence[int]], smallest: int, hidden_rows: frozenset[int]) -> Mask:
    """Which cells to hide where another table counts the same people per row.

    ``hidden_rows`` are those that the other table hides in part: all their cells are hidden here, zeros
    too. The other rows' totals are known from there, so here they count as published in every row: a
    hidden cell keeps another possible value even for a reader who holds both tables.
    """
    table = _Table(cells, row_totals_known=True)
    table.rows_with_hidden_zeros |= hidden_rows
    for row, column in table.all_cells():
        if row in hidden_rows or is_small(cells[row][column], smallest):
            table.hidden.add((row, column))
    return table.complete(smallest)


class _Table:
    """A count table as a circulation, with the set of hidden cells growing."""

    def __init__(self, cells: Sequence[Sequence[int]], *, row_totals_known: bool = False) -> None:
        self.cells = cells
        self.row_totals_known = row_totals_known
        self.hidden: set[_Cell] = set()
        self.arcs: dict[_Node, list[tuple[_Node, _Cell]]] = {}
        self.rows_with_hidden_zeros: set[int] = set()
        """Elsewhere zeros are always shown, so that a reader knows of a hidden cell: at least one."""

    def value(self, cell: _Cell) -> int:
        row, column = cell
        return sum(self.cells[row]) if column == _TOTAL else self.cells[row][column]

    def all_cells(self) -> Iterator[_Cell]:
        for row, counts in enumerate(self.cells):
            if not self.row_totals_known:
                yield row, _TOTAL
            for column in range(len(counts)):
                yield row, column

    def complete(self, smallest: int) -> Mask:
        """Hide what it takes until no small cell can be worked out."""
        self.arcs = self._possible_arcs()
        for cell in sorted(cell for cell in self.hidden if is_small(self.value(cell), smallest)):
            ring = self.cheapest_ring(cell)
            if ring is None:
                self.hidden = set(self.all_cells())
                break
            self.hidden |= ring
        return Mask(frozenset(cell for cell in self.hidden if cell[1] != _TOTAL),
                    frozenset(row for row, column in self.hidden if column == _TOTAL))

    @staticmethod
    def ends(cell: _Cell) -> tuple[_Node, _Node]:
        """Where the cell's count flows from and to."""
        row, column = cell
        return (_SOURCE, ("row", row)) if column == _TOTAL else (("row", row), ("column", column))

    def cheapest_ring(self, cell: _Cell) -> set[_Cell] | None:
        """The cells to hide so that ``cell`` could also be one more, or one less; None if there are none."""
        tail, head = self.ends(cell)
        more = self._path(head, tail, without=cell)
        less = self._path(tail, head, without=cell) if self._may_shrink(cell) else None
        found = [path for path in (more, less) if path is not None]
        return min(found)[2] | {cell} if found else None

    def _may_shrink(self, cell: _Cell) -> bool:
        return self.value(cell) > (0 if cell[0] in self.rows_with_hidden_zeros else 1)

    def _cost(self, cell: _Cell) -> int:
        """What hiding it loses: nothing if hidden already, else the people it counts, and one for the cell."""
        return 0 if cell in self.hidden else 1 + self.value(cell)

    def _possible_arcs(self) -> dict[_Node, list[tuple[_Node, _Cell]]]:
        """Ways along which a cell may take part in a ring: growing, and shrinking where it can."""
        arcs: dict[_Node, list[tuple[_Node, _Cell]]] = {}
        for cell in self.all_cells():
            if cell not in self.hidden and self.value(cell) == 0:
                continue
            tail, head = self.ends(cell)
            arcs.setdefault(tail, []).append((head, cell))
            if self._may_shrink(cell):
                arcs.setdefault(head, []).append((tail, cell))
        return arcs

    def _path(self, start: _Node, goal: _Node, *, without: _Cell) -> tuple[int, int, set[_Cell]] | None:
        """Dijkstra over cells that may take part: (cost, length, cells), cheapest first."""
        waiting: list[tuple[int, int, _Node, tuple[_Cell, ...]]] = [(0, 0, start, ())]
        done: set[_Node] = set()
        while waiting:
            cost, length, node, path = heapq.heappop(waiting)
            if node == goal:
                return cost, length, set(path)
            if node in done:
                continue
            done.add(node)
            for neighbour, cell in self.arcs.get(node, ()):
                if neighbour not in done and cell != without:
                    heapq.heappush(waiting, (cost + self._cost(cell), length + 1, neighbour, (*path, cell)))
        return None
