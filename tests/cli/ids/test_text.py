import pytest

from ingestctl.errors import UsageError
from ingestctl.ids.text import ids_of_text

SENTENCE = "is not an id: ids are whole numbers from 1 to 1000000007, or ranges like 1-100."


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("7", [7]),
        ("1 1000000007", [1, 1000000007]),
        ("1,5,9", [1, 5, 9]),
        ("1\n5\n9\n", [1, 5, 9]),
        ("1,\r\n5,\r\n9", [1, 5, 9]),
        (" ,, 3\t2\r\n1,3 ", [3, 2, 1, 3]),
        ("1-4", [1, 2, 3, 4]),
        ("5-5", [5]),
        ("9,1-3 007", [9, 1, 2, 3, 7]),
        ("1000000006-1000000007", [1000000006, 1000000007]),
        ("", []),
        (" , ", []),
    ],
)
def test_ids_are_numbers_and_ranges_between_white_space_and_commas(text: str, ids: list[int]) -> None:
    assert list(ids_of_text(text)) == ids


@pytest.mark.parametrize(
    "word",
    [
        "0",
        "-5",
        "-0",
        "[1]",
        "true",
        "1000000008",
        "5000000000",
        "99999999999",
        "9" * 5000,
        "1.5",
        "1e3",
        "1_0",
        "+1",
        "two",
        "²",
        "٣",
    ],
)
def test_a_word_that_is_not_an_id_gets_a_sentence_at_every_place(word: str) -> None:
    for text in (word, f"1 {word} 2", f"1-2,{word}", f"1,{word},2", f"1\n{word}\n"):
        with pytest.raises(UsageError) as raised:
            ids_of_text(text)
        quoted = f"'{word}'" if len(word) < 40 else f"'{word[:40]}…'"
        assert str(raised.value) == f"{quoted} {SENTENCE}"


@pytest.mark.parametrize("word", ["1-", "1--3", "1-2-3", "1\u20133"])
def test_a_word_that_is_not_a_range_gets_the_same_sentence(word: str) -> None:
    with pytest.raises(UsageError) as raised:
        ids_of_text(word)
    assert str(raised.value) == f"{word!r} {SENTENCE}"


@pytest.mark.parametrize(("word", "end"), [("0-5", "0"), ("1-1000000008", "1000000008")])
def test_the_ends_of_a_range_are_ids(word: str, end: str) -> None:
    with pytest.raises(UsageError, match=f"^'{end}' is not an id"):
        ids_of_text(word)


def test_a_range_backwards_gets_a_sentence_with_the_right_order() -> None:
    with pytest.raises(UsageError) as raised:
        ids_of_text("100-1")
    assert str(raised.value) == "'100-1' is a range backwards: write 1-100."


def test_a_range_that_must_be_a_mistake_gets_a_sentence_with_its_size() -> None:
    with pytest.raises(UsageError) as raised:
        ids_of_text("1-1000000007")
    assert str(raised.value) == (
        "'1-1000000007' are 1,000,000,007 ids; at most 50,000,000 can be submitted at once."
    )
