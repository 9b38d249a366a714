"""npm's netsuite-rest, unmodified, does what its README shows (docs/rules.md 9)."""

import json
import subprocess
from pathlib import Path

import pytest

NPM = Path(__file__).resolve().parents[1] / "npm" / "node_modules"
SCRIPT = r"""
const NetsuiteRest = require("netsuite-rest");
const api = new NetsuiteRest(JSON.parse(process.argv[1]));
const calls = JSON.parse(process.argv[2]);
(async () => {
  for (const call of calls) {
    const { statusCode, data } = await api.request(call);
    console.log(JSON.stringify([statusCode, data]));
  }
})();
"""
QUERY = """{
            "q":
            "SELECT
            \tid, companyName
             FROM customer WHERE
            \tdateCreated < '01/01/2020'"
        }"""


@pytest.mark.skipif(not (NPM / "netsuite-rest").exists(), reason="SKIPPED: npm install --prefix tests/npm gives it")
def test_the_samples_of_its_readme(netsuite):
    """It sends no Content-Type, writes its query over several lines, and unpacks what comes compressed."""
    netsuite.records.add("customer", {"companyName": "Acme"}, id=107)
    netsuite.suiteql("SELECT id, companyName FROM customer WHERE dateCreated < '01/01/2020'", [{"id": "107"}])
    who = netsuite.credentials
    options = {
        "consumer_key": who.consumer_key,
        "consumer_secret_key": who.consumer_secret,
        "token": who.token_id,
        "token_secret": who.token_secret,
        "realm": who.account,
        "base_url": netsuite.url,
    }
    calls = [
        {"path": "*", "method": "OPTIONS"},
        {"path": "record/v1/customer/"},
        {"path": "query/v1/suiteql?limit=5", "method": "POST", "body": QUERY},
        {"path": "record/v1/metadata-catalog/"},
        {"path": "record/v1/customer/107", "method": "PATCH", "body": '{"phone": "1"}'},
    ]

    command = ["node", "-e", SCRIPT, json.dumps(options), json.dumps(calls)]
    run = subprocess.run(command, cwd=NPM.parent, capture_output=True, text=True, timeout=60, check=False)

    assert "" == run.stderr
    (_, nothing), (_, listed), (_, found), (_, catalog), _ = answers = [
        json.loads(line) for line in run.stdout.split("\n")[:-1]
    ]
    assert [204, 200, 200, 200, 204] == [status for status, _ in answers]
    assert (None, "107", "107", "customer") == (
        nothing,
        listed["items"][0]["id"],
        found["items"][0]["id"],
        catalog["items"][0]["name"],
    )
    assert "1" == netsuite.records["customer"]["107"]["phone"]
