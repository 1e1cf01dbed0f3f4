"""scripts/mosquitto.py: password and ACL files for Mosquitto, of whoever is in the registry today."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = {
    "fleets": "fleet_id,name,time_zone\nacme,Acme,UTC\nother,Other,UTC\n",
    "vehicles": "vehicle_id,fleet_id,class\nT1,acme,N3\nT2,acme,N3\nT1,other,N3\n",
    "devices": "device_id,vehicle_id,fleet_id,username,password,from,to\n"
    "box-1,T1,acme,box-1,of box-1,2020-01-01,2021-01-01\n"
    "box-1,T2,acme,box-1,of box-1,2021-01-01,\n"
    "box-2,T1,other,box-2,,,\n"
    "gone,T1,acme,gone,of gone,2020-01-01,2021-01-01\n",
}


@pytest.fixture
def made(tmp_path):
    folder = tmp_path / "registry"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)

    def run(*arguments):
        command = [sys.executable, ROOT / "scripts/mosquitto.py", folder, tmp_path / "out", *arguments]
        done = subprocess.run(command, env={"TRIPMETER_MQTT__PASSWORD": "ours"}, capture_output=True, text=True)
        files = [(tmp_path / "out" / name).read_text() for name in ("acl", "passwords")] if not done.returncode else []
        return done, *files

    return run


def test_a_device_has_the_topics_of_the_vehicle_it_is_in_today(made):
    _, acl, passwords = made()
    assert "tripmeter/v1/acme/T2/telemetry" in acl
    assert "tripmeter/v1/acme/T1/telemetry" not in acl
    assert "gone" not in acl + passwords


def test_who_has_a_certificate_has_no_password(made):
    _, acl, passwords = made()
    assert "user box-2\ntopic write tripmeter/v1/other/T1/telemetry" in acl
    assert [line.split(":")[0] for line in passwords.splitlines()] == ["box-1", "tripmeter-gateway"]
    assert made("--certificates")[2] == ""


def test_an_office_has_its_password_from_a_file_or_none(made, tmp_path):
    (tmp_path / "secret").write_text("of the office\n")
    _, acl, passwords = made("--office", f"acme-office=acme={tmp_path / 'secret'}", "--office", "other-office=other")
    assert "user acme-office\ntopic read tripmeter/v1/acme/+/alert/#" in acl
    assert "user other-office\ntopic read tripmeter/v1/other/+/alert/#" in acl
    assert "acme-office:$7$" in passwords
    assert "other-office" not in passwords
    assert "of the office" not in passwords


@pytest.mark.parametrize("office", ["acme", "a=+", "a=b=/nowhere", "+=acme"])
def test_what_is_no_office_is_an_error(made, office):
    done, *_ = made("--office", office)
    assert done.returncode
    assert "Traceback" not in done.stderr
