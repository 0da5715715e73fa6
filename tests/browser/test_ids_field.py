"""The field for ids in a real browser: text, files, and what is wrong with them."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.forms import SUBMIT, UNHURRIED, Form, ids_of, listed
from tests.processes.client import Client
from tests.processes.conftest import Start

pytestmark = pytest.mark.slow


def test_a_wrong_word_is_named_with_its_line_and_selected_in_the_field(
    start: Start, client: Client, look: Open
) -> None:
    start().until_healthy()
    form = Form(look(SUBMIT).page)
    form.text.fill("1 2\n\n3, twelve\n5\u202e6 # why\n9-7")
    lines = form.found.get_by_role("listitem")
    expect(lines).to_have_text(
        [
            "line 3 “twelve” is not an id, nor a range like 10-20",
            "line 4 “5\\u202e6” is not an id, nor a range like 10-20",
            "line 5 “9-7” is a range backwards: write 7-9",
        ]
    )
    form.found.get_by_role("button", name="line 3").click()
    assert form.page.evaluate("String(getSelection())") == "twelve"
    form.ask()
    expect(form.trouble).to_contain_text("Not all of the ids can be read")
    form.text.fill("")
    form.ask()
    expect(form.trouble).to_contain_text("There are no ids yet")
    assert listed(client) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id\r\n3\r\n1\r\n", "✓ 2 ids · the first line, “id”, is taken for a heading"),
        ('"id"\n"3"\n"1"\n', '✓ 2 ids · the first line, “"id"”, is taken for a heading'),
        ("\ufeff3,1\n# 7\n", "✓ 2 ids"),
        ("[3,\n 1]", "✓ 2 ids"),
        ('{"id": 3, "result": {"id": 5}}\n{"id":1}', "✓ 2 ids"),
        ("id,age\n3,1\n", "“id,age” names several columns"),
        ("[3,\n 1", "begins a list of JSON that is not whole"),
        ("\n\n[3,\n 1", "line 3 “[” begins a list of JSON that is not whole"),
        ("[3, 1.5]", "“1.5” is not an id: in JSON they are whole numbers from 1 to 1000000007"),
        ("[1.0,2]", "“1.0” is not an id"),
        ('["1","2"]', '“"1"” is not an id'),
        ("[1-3]", "“1-3” is not an id"),
        ("[1,\n2]\n3", "line 3 “3” does not belong there: a list of JSON is written like [17, 18]"),
        ("[[1],[2]]", "line 1 “[” does not belong there"),
        ("[1,,2]", "“,” does not belong there"),
        ("[1,2,]", "“]” does not belong there"),
        ("[1 2]", "“2” does not belong there"),
        ("[1]\n[2]", "line 2 “[” does not belong there"),
        ("[1] # one", "“#” does not belong there"),
        ('{"id": 3}\n{"name": 1}', 'line 2 “{"name": 1}” is not an id'),
        ('{"id": 3}\n{"id"', 'line 2 “{"id"” is not a line of JSON'),
        ('{"id": 3}\nnull', "line 2 “null” is not a line of JSON"),
        ('{"id": 3}\n5', "line 2 “5” is not an id"),
        ('{"id": 1.0}', '“{"id": 1.0}” is not an id'),
        ('{"id": [5]}', '“{"id": [5]}” is not an id'),
        ('{"id": "10-12"}', '“{"id": "10-12"}” is not an id'),
        ('{"result": {"id": 5}, "id": 3}\n', "✓ 1 id"),
        ("", "there are no ids in it"),
        ("# 1\n# 2", "there are no ids in it"),
        ("id\n", "there are no ids in it"),
        ("[]", "there are no ids in it"),
        ("3\n1000000008\n", "line 2 “1000000008” is not an id"),
        ("3 0", "“0” is not an id"),
        ("\0\x01\n", "“\\u0000\\u0001” is not an id"),
        ("1-11", "“1-11” is one too many"),
        ("1-9 4\n5", "line 2 “5” is one too many"),
    ],
)
def test_a_file_is_read_as_text_csv_or_json(start: Start, look: Open, content: str, said: str) -> None:
    start(INGEST_MAX_IDS="10").until_healthy()
    form = Form(look(SUBMIT).page)
    form.drop("ids.txt", content)
    expect(form.found).to_contain_text(said)


def test_a_file_that_is_not_utf_8_is_refused_with_what_to_do(start: Start, look: Open) -> None:
    start().until_healthy()
    form = Form(look(SUBMIT).page)
    form.drop("ids.txt", "1\n2\n", "utf-16")
    expect(form.found).to_contain_text("it is not UTF-8: save it as UTF-8")
    form.drop("ids.txt", "1 # für\n2\n", "latin-1")
    expect(form.found).to_have_text("✓ 2 ids")


def test_a_field_that_is_empty_or_blank_is_not_complained_of(start: Start, look: Open) -> None:
    start().until_healthy()
    form = Form(look(SUBMIT).page)
    form.text.fill("# none")
    expect(form.found).to_contain_text("there are no ids in it")
    form.ask()
    expect(form.trouble).to_contain_text("There are no ids yet")
    form.text.fill("\n ")
    expect(form.found).to_have_text("")


def test_a_long_line_of_words_is_read_at_once(start: Start, look: Open) -> None:
    start().until_healthy()
    form = Form(look(SUBMIT).page)
    form.drop("words.txt", "x " * 100_000)
    expect(form.found).to_contain_text("and 99995 more")


def test_a_million_ids_in_a_list_of_json_are_read(start: Start, look: Open) -> None:
    start().until_healthy()
    form = Form(look(SUBMIT).page)
    form.paste(str([1_000_000_007 - number for number in range(1_000_000)]))
    expect(form.found).to_have_text("✓ 1 000 000 ids")


def test_a_file_that_is_dropped_is_submitted_and_one_that_is_removed_is_not(
    start: Start, client: Client, look: Open
) -> None:
    start(**UNHURRIED).until_healthy()
    form = Form(look(SUBMIT).page)
    form.text.fill("7")
    form.drop("list.json", "[5, 4, 4]")
    expect(form.page.get_by_text("list.json")).to_be_visible()
    expect(form.text).to_be_hidden()
    form.page.get_by_role("button", name="Remove").click()
    expect(form.text).to_be_focused()
    expect(form.found).to_have_text("✓ 1 id")
    form.page.get_by_label("File").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": b"id\n5\n4\n4"}
    )
    expect(form.found).to_contain_text("✓ 3 ids · 1 duplicate kept")
    form.ask()
    form.submit.click()
    assert ids_of(client, form.submitted()) == [5, 4, 4]


def test_a_million_ids_do_not_freeze_the_page(start: Start, client: Client, look: Open) -> None:
    start(**UNHURRIED).until_healthy()
    form = Form(look(SUBMIT).page)
    form.page.evaluate("setInterval(() => { window.ticks = (window.ticks ?? 0) + 1; }, 10)")
    form.paste("\n".join(str(1_000_000_007 - number) for number in range(1_000_000)))
    expect(form.page.get_by_text("pasted text 10.0 MB")).to_be_visible()
    expect(form.found).to_have_text("✓ 1 000 000 ids")
    assert form.page.evaluate("window.ticks") > 5
    form.ask()
    expect(form.submit).to_be_visible()
    form.submit.click()
    form.submitted()
    assert [one["ids"] for one in listed(client)] == [1_000_000]
