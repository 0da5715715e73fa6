"""GET /audit."""

from flask.testing import FlaskClient

from tests.simulation import Simulation


def test_a_clean_ledger_is_answered_with_its_figures(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1, 2, 3, 4])
    simulation.run()
    found = client.get("/audit").get_json()
    assert (found["clean"], found["slots"], found["calls"], found["empty_seats"]) == (True, 2, 4, 2)
    assert (found["ingestions"], found["outcomes"], found["named"]) == (1, 4, [])
    assert found["limits"] == [{"ids": 3, "seconds": 5.0, "most_calls": 3, "smallest_span_seconds": 5.0}]
    assert found["chain"]["slots"] == 2
    assert found["violations"] == {"chain": 0, "rate": 0, "order": 0, "ids": 0}


def test_an_empty_ledger_has_no_hash(client: FlaskClient) -> None:
    chain = client.get("/audit").get_json()["chain"]
    assert (chain["first_hash"], chain["last_hash"], chain["first_broken"]) == (None, None, None)


def test_an_audit_that_says_the_same_is_not_sent_again(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1])
    simulation.run()
    tag = client.get("/audit").headers["ETag"]
    assert client.get("/audit", headers={"If-None-Match": tag}).status_code == 304


def test_a_noted_hash_must_be_in_the_chain(client: FlaskClient, simulation: Simulation) -> None:
    simulation.submit([1])
    simulation.run()
    last = client.get("/audit").get_json()["chain"]["last_hash"]
    assert client.get(f"/audit?noted={last}").get_json()["clean"]
    other = client.get(f"/audit?noted={'ab' * 32}").get_json()
    assert (other["clean"], other["violations"]["chain"]) == (False, 1)


def test_what_is_no_hash_is_refused(client: FlaskClient) -> None:
    refused = client.get("/audit?noted=last")
    assert refused.status_code == 400
    assert refused.get_json()["details"] == {
        "noted": ["must be a hash that an audit showed: 64 hexadecimal digits"]
    }
