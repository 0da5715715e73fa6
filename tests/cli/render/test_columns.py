import pytest

from ingestctl.render.columns import table_width, widest_fitting

CHOICES = [{"A": 4, "B": 4, "C": 2}, {"A": 4, "B": 2}, {"A": 1}]


def test_a_table_is_as_wide_as_its_columns_with_gaps_between_them() -> None:
    assert table_width({"A": 4, "B": 4, "C": 2}, 3) == 16
    assert table_width({"A": 4}, 3) == 4


@pytest.mark.parametrize(
    ("width", "columns"), [(99, "ABC"), (16, "ABC"), (15, "AB"), (9, "AB"), (8, "A"), (0, "A")]
)
def test_the_first_columns_that_fit_are_chosen_or_else_the_last(width: int, columns: str) -> None:
    assert "".join(widest_fitting(iter(CHOICES), width, 3)) == columns
