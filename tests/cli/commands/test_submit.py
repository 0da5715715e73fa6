import json
from pathlib import Path
from uuid import UUID

import pytest

from ingestctl.client import Client
from ingestctl.models import Priority
from tests.cli.conftest import Run
from tests.cli.stand_in import INGESTION_ID, StandIn, accepted, refusal

NOT_AN_ID = "is not an id: ids are whole numbers from 1 to 1000000007, or ranges like 1-100."


def ids_of(client: Client, ingestion_id: str) -> list[int]:
    return [record_id for batch in client.status(ingestion_id).batches for record_id in batch.ids]


def test_submit_prints_the_ingestion_id_alone(real_run: Run, real_client: Client) -> None:
    result = real_run("submit --priority HIGH 1 2 1000000007")
    assert (result.exit_code, result.stderr) == (0, "")
    assert str(UUID(result.stdout.strip())) + "\n" == result.stdout
    assert real_client.ingestion(result.stdout.strip()).priority is Priority.HIGH
    assert ids_of(real_client, result.stdout.strip()) == [1, 2, 1000000007]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("7", [7]),
        ("3 1 2 3", [3, 1, 2, 3]),
        ("1-10", list(range(1, 11))),
        ("1,5,9", [1, 5, 9]),
        ("9 1-3,5 2-2", [9, 1, 2, 3, 5, 2]),
        ("@{folder}/ids.txt", [4, 5, 6, 7]),
        ("1 @{folder}/ids.txt 8", [1, 4, 5, 6, 7, 8]),
        ("-", [21, 22, 23]),
        ("1 - 3", [1, 21, 22, 23, 3]),
        ("@{folder}/ids.csv --column id", [11, 12]),
        ("--column id 1 @{folder}/ids.csv", [1, 11, 12]),
        ("--column id @{folder}/excel.csv @{folder}/ids.tsv", [13, 14, 15]),
    ],
)
def test_ids_come_from_words_ranges_lists_files_and_standard_input(
    real_run: Run, real_client: Client, tmp_path: Path, words: str, ids: list[int]
) -> None:
    Path(tmp_path, "ids.txt").write_text("\ufeff# four of them\n4 5\n6-7\n")
    Path(tmp_path, "ids.csv").write_text('name,id\n"x, y",11\nz,12\n')
    Path(tmp_path, "excel.csv").write_text('\ufeffname;id\r\n"x; y";13\r\nz;14\r\n')
    Path(tmp_path, "ids.tsv").write_text("\ufeffid\tname\n15\tx, y\n")
    result = real_run(f"submit {words.format(folder=tmp_path)}", typed="21\n22,23 # three\n")
    assert (result.exit_code, result.stderr) == (0, "")
    assert ids_of(real_client, result.stdout.strip()) == ids


def test_standard_input_can_be_csv(real_run: Run, real_client: Client) -> None:
    result = real_run("submit - --column 'record id'", typed=b"\xef\xbb\xbfrecord id,name\r\n5,x\r\n")
    assert ids_of(real_client, result.stdout.strip()) == [5]


@pytest.mark.parametrize("word", ["-5", "-12x", "0", "1000000008", "1.5", "1_0", "two"])
def test_a_word_that_is_not_an_id_gets_a_sentence_about_ids(run: Run, service: StandIn, word: str) -> None:
    result = run(f"submit 1 {word} 2")
    assert (result.exit_code, result.stdout, service.requests) == (2, "", [])
    assert result.stderr == f"Error: '{word}' {NOT_AN_ID}\n"


def test_a_word_that_is_too_long_for_a_file_is_not_an_id(run: Run) -> None:
    result = run(f"submit {3000 * 'x'}")
    assert result.exit_code == 2
    assert result.stderr == f"Error: '{40 * 'x'}…' {NOT_AN_ID}\n"


@pytest.mark.parametrize("word", ["--prio", "-x", "--5"])
def test_an_option_that_does_not_exist_gets_a_sentence_about_options(run: Run, word: str) -> None:
    result = run(f"submit 1 {word} 2")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: There is no option '{word}': see ingestctl submit --help.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "No ids: give some, like 1 2 3 or 1-100, or a file, like @ids.txt, or - for standard input."),
        (",", "There are no ids in ,."),
        ("-", "There are no ids in standard input."),
        ("@{folder}/empty.txt", "There are no ids in {folder}/empty.txt."),
        ("@{folder}/none.txt", "Cannot read '{folder}/none.txt': No such file or directory."),
        ("@{folder}", "Cannot read '{folder}': Is a directory."),
        ("@", "Cannot read '': Is a directory."),
        (
            "{folder}/empty.txt",
            "'{folder}/empty.txt' is not an id, but a file: to read ids from it, write @{folder}/empty.txt",
        ),
        ("@{folder}/wrong.txt", f"{{folder}}/wrong.txt, line 2: '-3' {NOT_AN_ID}"),
        ("100-1", "'100-1' is a range backwards: write 1-100."),
        ("1 --column id", "--column needs CSV to read from: a file, like @ids.csv, or - for standard input."),
        (
            "@{folder}/wrong.txt --column id",
            "{folder}/wrong.txt, line 1: there is no column 'id'; there are: '1'.",
        ),
        ("1 --key m\u00f6n", "'m\u00f6n' is not a valid key: use printable ASCII characters only."),
        ("1 --dry-run --watch", "A dry run submits nothing to watch: leave out --dry-run or --watch."),
        (
            "1 --deadline soon",
            "'soon' is not a valid time: write 17:30 or +2h30m, or with a date 2026-11-22T17:30:00+01:00.",
        ),
    ],
)
def test_wrong_usage_is_one_line_and_exits_2(
    run: Run, service: StandIn, tmp_path: Path, words: str, sentence: str
) -> None:
    Path(tmp_path, "empty.txt").write_text("# none\n")
    Path(tmp_path, "wrong.txt").write_text("1\n-3\n")
    result = run(f"submit {words}".format(folder=tmp_path))
    assert (result.exit_code, result.stdout, service.requests) == (2, "", [])
    assert result.stderr == f"Error: {sentence}\n".format(folder=tmp_path)


@pytest.mark.parametrize(
    ("words", "priority"),
    [("submit 1", "MEDIUM"), ("submit --priority low 1", "LOW"), ("submit 1 --priority=High", "HIGH")],
)
def test_a_priority_is_written_in_any_case_and_medium_unless_given(
    run: Run, service: StandIn, words: str, priority: str
) -> None:
    service.answers(accepted())
    assert run(words).exit_code == 0
    assert service.requests[0].body == {"ids": [1], "priority": priority}


def test_an_unknown_priority_is_wrong_usage(run: Run) -> None:
    result = run("submit --priority URGENT 1")
    assert result.exit_code == 2
    assert "'URGENT' is not one of 'HIGH', 'MEDIUM', 'LOW'" in result.stderr


@pytest.mark.parametrize(
    ("form", "printed"),
    [
        ("id", f"{INGESTION_ID}\n"),
        ("json", f'[\n{{"ingestion_id": "{INGESTION_ID}", "ids": 3}}\n]\n'),
        ("jsonl", f'{{"ingestion_id": "{INGESTION_ID}", "ids": 3}}\n'),
        ("table", f"Ingestion                             Ids\n{INGESTION_ID}    3\n"),
    ],
)
def test_submit_prints_the_form_that_is_asked_for(run: Run, service: StandIn, form: str, printed: str) -> None:
    service.answers(accepted())
    assert run(f"submit 1-3 -o {form}").stdout == printed


def test_a_submission_can_be_watched_to_its_end(real_run: Run) -> None:
    result = real_run("submit 1-4 --watch")
    first, *changes, last = result.stdout.splitlines()
    assert result.exit_code == 0
    assert str(UUID(first)) == first
    assert "batch 2  [4]  completed" in changes
    assert last.startswith("2 of 2 batches completed")


def test_the_json_of_a_watched_submission_is_that_of_the_watching(real_run: Run) -> None:
    result = real_run("submit 1-4 --watch -o json")
    assert json.loads(result.stdout)["status"] == "completed"


def test_a_quiet_and_watched_submission_prints_the_id_alone(real_run: Run) -> None:
    result = real_run("submit 1-4 --watch --quiet")
    assert (result.exit_code, result.stderr, len(result.stdout.split())) == (0, "", 1)


def test_a_refused_submission_shows_the_services_reasons_and_exits_1(run: Run, service: StandIn) -> None:
    service.answers(refusal(400, "Invalid input", ids=["Too many.", "Too odd."], priority=["Too low."]))
    result = run("submit 1")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: The service refused this: Invalid input (ids: Too many. Too odd.; priority: Too low.).\n"
    )
