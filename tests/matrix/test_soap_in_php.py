"""PHP's own SoapClient, unmodified, pointed at the fake by the URL of a WSDL alone."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
WSDL = HERE.parent / "other_clients" / "netsuite.wsdl"
REQUIRED = "apt" in os.environ.get("NETSUITE_TBA_MATRIX", "").split()


def php():
    """PHP with its extension for SOAP; without it the test is skipped, or fails where CI has it."""
    command = shutil.which("php")
    if command and b"soap" in subprocess.run([command, "-m"], capture_output=True, check=False).stdout.split():
        return command
    return (pytest.fail if REQUIRED else pytest.skip)("PHP's soap extension is not installed: run tests/matrix/install")


def test_its_passport_is_let_in(netsuite, netsuite_env):
    """By a made-up namespace, as the toolkits have it, and by NetSuite's; one passport sent twice is no login."""
    command = php()
    netsuite.soap_wsdl(WSDL)

    with netsuite.expect_refusal("nonce_used", count=1):
        ran = subprocess.run(
            [command, HERE / "php" / "by_soap.php"], env=os.environ, capture_output=True, encoding="utf-8", check=False
        )

    assert (0, "") == (ran.returncode, ran.stderr), ran.stdout
    (first, second, fault) = ran.stdout.splitlines()
    assert all(time.endswith(".000Z") for time in (first, second))
    assert "fault: Invalid login attempt." == fault
    assert ["soap"] * 3 == [attempt.channel for attempt in netsuite.audit_trail]
