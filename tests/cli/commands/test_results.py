"""Results are printed as the upstream wrote them, however odd they are."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse

import pytest
from click.testing import CliRunner

from ingestctl.client import Client
from ingestctl.commands.context import CliContext
from ingestctl.main import ingestctl
from tests.cli.conftest import Run, Waits, running
from tests.cli.serving import listening, serving
from tests.cli.stand_in import INGESTION_ID, Answer, StandIn

DEEP = "[" * 900 + "]" * 900
"""As deep as the service takes, deeper than Python can read inside of a page; a service may take more."""
ODD = {
    "a long decimal": "0.1234567890123456789012345678901234567890",
    "a long integer": "9" * 5000,
    "a great number": "1e400",
    "a number written at length": "[1.50,1E5,-0,-0.0]",
    "a key twice": '{"a":1,"a":2,"a":{"b":1,"b":2}}',
    "an escaped letter": r'"\u00e9\/\u0041"',
    "half a character": r'["\ud800","\\ud800","\udc00\ud800"]',
    "brackets in a string": r'"],}{[\"]\\"',
    "many levels": DEEP,
    "far too many levels": '{"a":[' * 50_000 + "1" + "]}" * 50_000,
    "an empty list": "[]",
    "an empty object": "{}",
    "an empty string": '""',
    "nothing": "null",
}
"""The JSON of an upstream that does not survive Python's numbers, dictionaries and stack."""

FAILURE = '{"id":2,"error":"HTTP 500","attempts":1,"last_status":500}'


def page(*values: str) -> Answer:
    return Answer(body=f'{{"ingestion_id":"x","results":[{",".join(values)}],"next_after":null}}'.encode())


def result(text: str) -> str:
    return f'{{"id":1,"result":{text}}}'


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_json_and_lines_have_the_text_of_the_service(run: Run, service: StandIn, text: str) -> None:
    service.always(page(FAILURE, result(text), FAILURE))
    lines = [FAILURE, result(text), FAILURE]
    printed = run(f"results {INGESTION_ID} -o jsonl")
    assert (printed.exit_code, printed.stderr) == (0, "")
    assert printed.stdout.splitlines() == lines
    assert run(f"results {INGESTION_ID} -o json").stdout == "[\n" + ",\n".join(lines) + "\n]\n"


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_the_table_has_every_result_and_all_its_digits(run: Run, service: StandIn, text: str) -> None:
    service.always(page(FAILURE, result(text), result('{"a":[1,2]}')))
    printed = run(f"results {INGESTION_ID}")
    assert (printed.exit_code, printed.stderr) == (0, "")
    failed, odd, normal = printed.stdout.splitlines()
    assert failed == "         2  failed after 1 attempt: HTTP 500"
    assert odd.startswith("         1  ")
    assert normal == '         1  {"a": [1, 2]}'
    if "\\" not in text:
        assert odd.split(maxsplit=1)[1].replace(", ", ",").replace(": ", ":") == text


def test_the_table_has_letters_where_the_upstream_wrote_escapes(run: Run, service: StandIn) -> None:
    service.always(page(result(r'{"\u00e9\/":["\u6f22,:","\u001b\ud83c\udf89"]}')))
    assert run(f"results {INGESTION_ID}").stdout == '         1  {"é/": ["漢,:", "\\u001b🎉"]}\n'


def test_only_characters_that_the_terminal_cannot_have_are_escaped(run: Run, service: StandIn) -> None:
    service.always(page(result('{"é\u202e":"漢🎉\x9b\x7f\u2028\\u001b\\n"}')))
    printed = run(f"results {INGESTION_ID} -o jsonl").stdout
    assert printed == result(r'{"é\u202e":"漢🎉\u009b\u007f\u2028\u001b\n"}') + "\n"


@pytest.mark.parametrize("charset", ["ascii", "latin-1"])
def test_no_letter_is_lost_where_stdout_is_not_unicode(service: StandIn, charset: str) -> None:
    service.always(page(result('{"é":["🎉",1.50,"\\/"]}')))
    runner = CliRunner(charset=charset, env={"INGEST_URL": service.url})
    printed = runner.invoke(ingestctl, ["results", INGESTION_ID, "-o", "jsonl"], obj=CliContext()).stdout_bytes
    assert printed.decode("ascii") == result(r'{"\u00e9":["\ud83c\udf89",1.50,"\/"]}') + "\n"


def test_a_result_of_several_lines_is_printed_on_one(run: Run, service: StandIn) -> None:
    service.always(page(' {\r\n "id": 1,\n\t"result": {\n"a": 1}\n}\n '))
    printed = run(f"results {INGESTION_ID} -o jsonl").stdout
    assert len(printed.splitlines()) == 1
    assert json.loads(printed) == {"id": 1, "result": {"a": 1}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"results":[',
        b'{"results":["',
        b'{"results":[]} x',
        b'{"results":[],"next_after":"\xff"}',
        b'{"results":[],next_after:null}',
        b'{"results":[],"next_after":}',
        b'{"results":[1],"next_after":null}',
        b'{"results":[{"id":1}],"next_after":null}',
        b'{"results":[{"id":"1","result":2}],"next_after":null}',
        b'{"results":[{"id":1,"result":2},],"next_after":null}',
        b'{"results":[{"id":1,"result":2}]}',
    ],
)
@pytest.mark.parametrize("form", ["table", "json"])
def test_results_that_are_not_of_the_service_are_an_error(
    run: Run, service: StandIn, body: bytes, form: str
) -> None:
    service.always(Answer(body=body))
    printed = run(f"results {INGESTION_ID} -o {form}")
    assert printed.exit_code == 1
    assert "but not the service's JSON" in printed.stderr


def test_results_go_from_the_upstream_to_stdout_byte_for_byte(tmp_path: Path, waits: Waits) -> None:
    kept = [text for text in ODD.values() if len(text) < 10_000]

    def upstream(environ: Mapping[str, Any], start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "application/json")])
        return [kept[int(environ["PATH_INFO"].strip("/")) - 1].encode()]

    with (
        listening(upstream) as upstream_url,
        serving(tmp_path, INGEST_UPSTREAM_URL=f"{upstream_url}/{{id}}") as url,
        Client(url) as client,
    ):
        run = running(url, tmp_path, waits)
        ingestion_id = client.submit(range(1, len(kept) + 1))
        assert run(f"watch {ingestion_id} --quiet").exit_code == 0
        printed = run(f"results {ingestion_id} -o jsonl").stdout
    assert printed.splitlines() == [f'{{"id":{number},"result":{text}}}' for number, text in enumerate(kept, 1)]
