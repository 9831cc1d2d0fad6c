"""The choice of a stack is judged on a table that it does not see."""

import main_job
import portfolio
import tables


def test_a_stack_that_is_best_on_one_table_alone_is_not_chosen_for_it() -> None:
    first, *others = portfolio.TABLES
    usual = dict.fromkeys(portfolio.TABLES, 0.5)
    lucky = {first: 0.1, **dict.fromkeys(others, 0.6)}
    found = portfolio.left_out_choice({("mlp",): usual, ("lean",): lucky})
    assert found[first] == 0.5
    # Where the first table is among the others, its gain makes up for none of 28 losses.
    assert found[others[0]] == 0.5


def test_the_choice_for_a_table_is_the_best_of_the_others() -> None:
    losses = {
        ("mlp",): dict.fromkeys(portfolio.TABLES, 0.5),
        ("lean",): dict.fromkeys(portfolio.TABLES, 0.4),
    }
    assert set(portfolio.left_out_choice(losses).values()) == {0.4}


def test_the_fast_tables_are_four_of_each_set() -> None:
    for members in tables.SETS.values():
        assert len(set(main_job.FAST) & set(members)) == 4
