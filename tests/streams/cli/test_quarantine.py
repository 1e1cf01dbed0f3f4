"""tripmeter quarantine: what could not be used, why, once more with it, and away with it."""

import json


def found(typed, data, *options):
    return json.loads(typed("quarantine", "list", "--data", data, "--json", *options).stdout)


def test_list_says_how_many_and_which(typed, data):
    told = found(typed, data)
    assert told["counts"] == {"undecodable": 1, "wrong_topic": 1}
    assert [row["reason"] for row in told["latest"]] == ["wrong_topic", "undecodable"]
    assert [row["reason"] for row in found(typed, data, "--reason", "undecodable")["latest"]] == ["undecodable"]
    text = typed("quarantine", "list", "--data", data).stdout
    assert "the latest 2" in text


def test_show_gives_reason_and_raw_bytes(typed, data):
    name = found(typed, data, "--reason", "undecodable")["latest"][0]["id"]
    done = typed("quarantine", "show", name, "--data", data)
    assert done.exit_code == 0
    assert b"not json \xff" in done.stdout_bytes
    assert "undecodable" in done.stdout
    assert typed("quarantine", "show", "nothing", "--data", data).exit_code == 1


def test_drop_deletes_for_good(typed, data):
    assert typed("quarantine", "drop", "--data", data).exit_code == 2
    done = typed("quarantine", "drop", "--reason", "undecodable", "--data", data)
    assert (done.exit_code, "dropped 1" in done.stdout) == (0, True)
    (left,) = found(typed, data)["latest"]
    done = typed("quarantine", "drop", left["id"], "nothing", "--data", data)
    assert (done.exit_code, "1 of these ids" in done.stderr) == (1, True)
    assert found(typed, data)["latest"] == []


def test_replay_marks_what_is_to_be_read_again(typed, data):
    assert typed("quarantine", "replay", "--data", data).exit_code == 2
    done = typed("quarantine", "replay", "--reason", "undecodable", "--data", data)
    assert (done.exit_code, "1 will be read again" in done.stdout) == (0, True)
    assert typed("quarantine", "replay", "nothing", "--data", data).exit_code == 1
