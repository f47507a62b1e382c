"""Small counts are hidden, and what is hidden cannot be worked out from what is shown."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.domain.suppression import Mask, is_small, merge_small, protect, protect_line, protect_linked

SMALLEST = 5
Table = list[list[int]]


def other_values(table: Table, mask: Mask, hidden_zero_rows: frozenset[int] = frozenset()) -> set[tuple[int, int]]:
    """The hidden cells that could hold another number, found by trying every change of one person per cell.

    Written without the module's idea of rings: a change is possible when all published totals keep
    their value and no cell falls below what a reader knows of it. (Changes of one are enough: these
    systems are totally unimodular, so a cell that can change at all can change by one.)
    """
    everything = len(mask.cells) == sum(len(row) for row in table)
    hidden = sorted(mask.cells)
    free: set[tuple[int, int]] = set()
    for change in product((-1, 0, 1), repeat=len(hidden)):
        moved = {cell: step for cell, step in zip(hidden, change, strict=True) if step}
        columns, rows = [0] * len(table[0]), [0] * len(table)
        for (row, column), step in moved.items():
            columns[column] += step
            rows[row] += step
        lowest = 0 if everything else 1
        if (not any(columns)
                and not any(step for row, step in enumerate(rows) if row not in mask.row_totals)
                and all(table[r][c] + step >= (0 if r in hidden_zero_rows else lowest)
                        for (r, c), step in moved.items())):
            free |= set(moved)
    return free


def shaped(rows: int, columns: int, largest: int = 9) -> st.SearchStrategy[Table]:
    count = st.one_of(st.just(0), st.integers(1, 4), st.integers(0, largest))
    return st.lists(st.lists(count, min_size=columns, max_size=columns), min_size=rows, max_size=rows)


def publishable(table: Table) -> Table:
    """The table as the statistics make it: columns whose total is small are put together first."""
    assume(not is_small(sum(map(sum, table)), SMALLEST))
    groups = merge_small([sum(column) for column in zip(*table, strict=True)], SMALLEST)
    return [[sum(row[index] for index in group) for group in groups] for row in table]


tables = st.one_of(shaped(2, 2), shaped(3, 2), shaped(2, 3), shaped(3, 3), shaped(4, 2), shaped(2, 4))


@given(tables)
@settings(max_examples=300, deadline=None)
def test_no_hidden_cell_is_determined_by_the_published_totals(table: Table) -> None:
    table = publishable(table)
    mask = protect(table, SMALLEST)
    assert other_values(table, mask) >= mask.cells


@given(tables)
@settings(max_examples=300, deadline=None)
def test_every_small_cell_and_small_row_total_is_hidden(table: Table) -> None:
    table = publishable(table)
    mask = protect(table, SMALLEST)
    for row, counts in enumerate(table):
        assert {c for c, count in enumerate(counts) if is_small(count, SMALLEST)} <= {
            column for r, column in mask.cells if r == row}
        assert not is_small(sum(counts), SMALLEST) or row in mask.row_totals


@given(tables)
@settings(max_examples=300, deadline=None)
def test_a_published_row_total_leaves_at_least_two_hidden_cells_in_its_row(table: Table) -> None:
    table = publishable(table)
    mask = protect(table, SMALLEST)
    for row in range(len(table)):
        hidden = [cell for cell in mask.cells if cell[0] == row]
        assert row in mask.row_totals or len(hidden) != 1
    assert len(mask.row_totals) != 1


@given(tables)
@settings(max_examples=200, deadline=None)
def test_nothing_is_hidden_where_no_count_is_small(table: Table) -> None:
    table = [[count * SMALLEST for count in row] for row in table]
    assert protect(table, SMALLEST) == Mask(frozenset(), frozenset())


@given(tables, st.sets(st.integers(0, 3)))
@settings(max_examples=300, deadline=None)
def test_a_linked_table_hides_small_cells_even_when_row_totals_are_known(table: Table, rows: set[int]) -> None:
    table = publishable([row[:2] for row in table])
    hidden_rows = frozenset(row for row in rows if row < len(table))
    mask = protect_linked(table, SMALLEST, hidden_rows)
    assert not mask.row_totals
    assert {(row, column) for row in hidden_rows for column in range(len(table[0]))} <= mask.cells
    whole = len(mask.cells) == sum(len(row) for row in table)
    free = other_values(table, mask, hidden_rows)
    small = {(r, c) for r, row in enumerate(table) for c, count in enumerate(row) if is_small(count, SMALLEST)}
    assert small <= mask.cells
    assert small <= free or whole


@given(st.lists(st.integers(0, 12), min_size=1, max_size=8))
@settings(deadline=None)
def test_a_hidden_count_of_a_line_is_not_the_rest_of_its_sum(counts: list[int]) -> None:
    hidden = protect_line(counts, SMALLEST)
    assert {index for index, count in enumerate(counts) if is_small(count, SMALLEST)} <= hidden
    if hidden and len(hidden) < len(counts):
        assert len(hidden) >= 2
        assert sum(counts[index] for index in hidden) > len(hidden)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_columns_are_put_together_until_none_is_small(totals: list[int]) -> None:
    assume(not is_small(sum(totals), SMALLEST))
    groups = merge_small(totals, SMALLEST)
    assert sorted(index for group in groups for index in group) == list(range(len(totals)))
    assert not any(is_small(sum(totals[index] for index in group), SMALLEST) for group in groups)


def test_columns_large_enough_stay_apart() -> None:
    assert merge_small([20, 0, 7, 5], SMALLEST) == ((0,), (1,), (2,), (3,))


def test_two_small_columns_are_put_together_before_a_large_one_is_touched() -> None:
    assert merge_small([20, 3, 0, 2], SMALLEST) == ((0,), (1, 3), (2,))


def test_a_table_of_too_few_people_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        merge_small([2, 1, 1], SMALLEST)


def test_one_small_cell_takes_the_cheapest_three_with_it() -> None:
    mask = protect([[3, 40, 10], [20, 50, 6], [30, 60, 70]], SMALLEST)
    assert mask.cells == {(0, 0), (0, 2), (1, 0), (1, 2)}
    assert mask.row_totals == frozenset()


def test_two_hidden_ones_whose_sum_is_two_are_not_left_alone() -> None:
    """Zeros are shown, so two hidden cells that add up to two would both be one."""
    mask = protect([[1, 1, 10], [6, 6, 10]], SMALLEST)
    assert (0, 2) in mask.cells


def test_a_zero_is_shown() -> None:
    mask = protect([[3, 0, 10], [20, 50, 6], [30, 60, 70]], SMALLEST)
    assert (0, 1) not in mask.cells
