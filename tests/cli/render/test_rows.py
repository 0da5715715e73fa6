from ingestctl.render.rows import Rows


def test_columns_are_as_wide_as_their_widest_cell_and_numbers_stand_on_the_right() -> None:
    rows = Rows(("Name", "Count", "Note"), [("a", "1,000", ""), ("long one", "7", "x")])
    assert list(rows.lines()) == [
        "Name      Count  Note",
        "a         1,000",
        "long one      7  x",
    ]


def test_spare_columns_go_first_where_there_is_little_room() -> None:
    rows = Rows(("A", "B", "C", "D"), [("aaaa", "bbbb", "cccc", "dddd")], ["B", "D"])
    assert rows.fitting(22) == rows
    assert rows.fitting(21) == Rows(("A", "C", "D"), [("aaaa", "cccc", "dddd")], ["D"])
    assert rows.fitting(15) == rows.fitting(0) == Rows(("A", "C"), [("aaaa", "cccc")], [])


def test_an_empty_spare_column_goes_before_all_others() -> None:
    rows = Rows(("A", "B", "C"), [("aaaa", "bbbb", "")], ["B", "C"])
    assert rows.fitting(10).headings == ("A", "B")
