import io
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestctl.errors import UsageError
from ingestctl.ids.files import ids_of_column, ids_of_lines

NOT_AN_ID = "is not an id: ids are whole numbers from 1 to 1000000007"


def lines(text: str) -> list[int]:
    return list(chain.from_iterable(ids_of_lines(io.StringIO(text), "ids.txt")))


def column(text: str, name: str = "id") -> list[int]:
    return list(chain.from_iterable(ids_of_column(io.StringIO(text, newline=""), name, "ids.csv")))


@pytest.mark.parametrize(
    "text",
    [
        "1\n2\n3",
        "1 2 3\n",
        "\ufeff1 2\n\ufeff3\n",
        "1,2,3",
        "1-3",
        "\n\n1\r\n2\r\n3\r\n",
        "# ids\n1 2 # two\n#4\n3#5",
        "1\t2\u00a03",
    ],
)
def test_a_text_has_ids_between_white_space_commas_and_comments(text: str) -> None:
    assert lines(text) == [1, 2, 3]


@pytest.mark.parametrize("separator", ["\n", " ", ",", "\t", ", ", "\r\n", " # 5 apples, 6 pears\n"])
def test_a_text_of_any_length_is_read_in_pieces(separator: str) -> None:
    ids = [10**8 + number for number in range(300_000)]
    assert lines(separator.join(map(str, ids))) == ids


def test_a_long_comment_has_no_ids() -> None:
    assert lines("1 #" + " 2" * 2_000_000 + "\n3") == [1, 3]


@given(
    st.lists(st.integers(1, 10**9 + 7)),
    st.lists(st.sampled_from([" ", ",", "\n", "#\n", " # 7,8\n"]), min_size=1),
)
def test_ids_are_found_between_all_separators_and_comments(ids: list[int], between: list[str]) -> None:
    text = "".join(f"{one}{between[place % len(between)]}" for place, one in enumerate(ids))
    assert lines(text) == ids


def test_an_error_has_the_line_of_the_wrong_word() -> None:
    with pytest.raises(UsageError) as raised:
        lines("1\n2 # two\n\n3 x 4\n")
    assert str(raised.value) == f"ids.txt, line 4: 'x' {NOT_AN_ID}, or ranges like 1-100."


def test_an_error_has_the_line_in_a_long_text_too() -> None:
    with pytest.raises(UsageError, match=r"^ids\.txt, line 500001: 'x' is not an id"):
        lines("1234567\n" * 500_000 + "x\n" + "1234567\n" * 500_000)


def test_the_column_with_the_ids_is_found_by_its_name() -> None:
    assert column('name, id ,when\n"Miller, J.",1,now\r\n,2,\n\nx, 3 ,"a\nb"\n') == [1, 2, 3]


@pytest.mark.parametrize(
    "text",
    [
        "name;id\nMiller, J.;1\n;2\n;3\n",
        "name\tid\r\nMiller, J.; x\t1\r\n\t2\r\n\t3\r\n",
        '"Miller, J.";id;x,y\n;1\n;2\n;3\n',
        "a;b,id,c;d;e;f\n,1\n,2\n,3\n",
        '"first\nline",id\n,1\n,2\n,3\n',
    ],
)
def test_columns_are_separated_by_commas_semicolons_or_tabs(text: str) -> None:
    assert column(text) == [1, 2, 3]


def test_a_column_of_any_length_is_read_in_pieces() -> None:
    assert column("id\n" + "".join(f"{number}\n" for number in range(1, 25_001))) == list(range(1, 25_001))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n", "ids.csv, line 1: there is no column 'id'; there are: 'a', 'b'."),
        ("a;b\n1;2\n", "ids.csv, line 1: there is no column 'id'; there are: 'a', 'b'."),
        ("id;b\n1,2;3\n", f"ids.csv, line 2: '1,2' {NOT_AN_ID}."),
        ("1" * 200_000, "ids.csv, line 1: this is not CSV: field larger than field limit (131072)."),
        ("", "ids.csv, line 0: there is no column 'id'; there are: none."),
        ("a,id\n1,2\n1\n", f"ids.csv, line 3: '' {NOT_AN_ID}."),
        ("a,id\n1,2\n1,x\n", f"ids.csv, line 3: 'x' {NOT_AN_ID}."),
        ("id\n1-3\n", f"ids.csv, line 2: '1-3' {NOT_AN_ID}."),
        ("id\n1.0\n", f"ids.csv, line 2: '1.0' {NOT_AN_ID}."),
        ("id\n" + "1" * 200_000, "ids.csv, line 2: this is not CSV: field larger than field limit (131072)."),
    ],
)
def test_a_fault_in_csv_is_an_error_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as raised:
        column(text)
    assert str(raised.value) == sentence
