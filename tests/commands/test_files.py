"""Files that the commands write: whole, beside their place and then in it, and by no link that lies in the way."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pytest_netsuite_tba.commands import hosting
from pytest_netsuite_tba.commands.command import UsageError
from pytest_netsuite_tba.commands.hosting import remove_file, write_file

NEEDS_PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
COMMAND = [sys.executable, "-m", "pytest_netsuite_tba"]


@pytest.fixture
def victim(tmp_path):
    """A file of somebody's, elsewhere."""
    victim = tmp_path / "elsewhere" / "victim"
    victim.parent.mkdir()
    victim.write_text("precious")
    return victim


def files_in(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != "elsewhere")


@pytest.mark.parametrize("content", [b"ours", None])
def test_a_link_in_its_place_is_replaced(tmp_path, victim, content):
    """What it leads to stays as it was, whether it is there or not."""
    for name, leads_to in (("link", victim), ("dangling", victim.with_name("none"))):
        target = tmp_path / name
        target.symlink_to(leads_to)
        write_file("--trail", str(target), content)
        assert (False, content is not None) == (target.is_symlink(), target.exists())

    assert ("precious", ["victim"]) == (victim.read_text(), files_in(victim.parent))


def test_whatever_lies_beside_it_is_left_alone(tmp_path, victim, monkeypatch):
    """The name beside it is not foreseen; were it, the file would not be written."""
    (tmp_path / f"trail.{os.getpid()}.tmp").symlink_to(victim)
    write_file("--trail", str(tmp_path / "trail"), b"ours")
    assert ("precious", b"ours") == (victim.read_text(), (tmp_path / "trail").read_bytes())

    monkeypatch.setattr(hosting.secrets, "token_hex", lambda _: "foreseen")
    foreseen = tmp_path / ".trail.foreseen.tmp"
    foreseen.symlink_to(victim)
    with pytest.raises(UsageError, match=r"--trail .*/trail cannot be written: File exists"):
        write_file("--trail", str(tmp_path / "trail"), b"other")
    assert ("precious", b"ours", True) == (
        victim.read_text(),
        (tmp_path / "trail").read_bytes(),
        foreseen.is_symlink(),
    )


def test_it_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    """What could not be moved into its place is taken away; who reads the old one, reads all of it."""
    target = tmp_path / "trail"
    target.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(UsageError, match="No space left on device"):
            write_file("--trail", str(target), b"new")
    assert (b"old", ["trail"]) == (target.read_bytes(), files_in(tmp_path))

    write_file("--trail", str(target), b"new")
    assert (b"new", ["trail"]) == (target.read_bytes(), files_in(tmp_path))


def test_others_may_read_it_as_the_umask_says(tmp_path):
    """A service beside it waits for the ready file."""
    write_file("--ready-file", str(tmp_path / "new"), b"")
    (tmp_path / "usual").touch()
    assert stat.S_IMODE((tmp_path / "usual").stat().st_mode) == stat.S_IMODE((tmp_path / "new").stat().st_mode)


def test_a_name_as_long_as_a_system_lets_it_be(tmp_path):
    """What is put beside it has a shorter one."""
    for name in ("a" * 255, "\N{LATIN SMALL LETTER E WITH ACUTE}" * 127):
        write_file("--trail", str(tmp_path / name), b"ours")
        assert b"ours" == (tmp_path / name).read_bytes()


@NEEDS_PIPES
def test_a_pipe_is_written_to_and_stays(tmp_path):
    """That it could be written is not tried: its reader would take that for the end."""
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    write_file("--trail", str(pipe), None)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_file("--trail", str(pipe), b"ours")
    reader.join(30)
    remove_file(str(pipe))

    assert ([b"ours"], True) == (read, pipe.is_fifo())


@NEEDS_PIPES
def test_a_link_to_a_pipe_or_a_device_is_replaced(tmp_path, victim):
    """It leads to whoever laid it."""
    os.mkfifo(victim.parent / "pipe")
    for name, leads_to in (("link", victim.parent / "pipe"), ("null", Path(os.devnull))):
        (tmp_path / name).symlink_to(leads_to)
        write_file("--trail", str(tmp_path / name), b"ours")
        assert (b"ours", False) == ((tmp_path / name).read_bytes(), (tmp_path / name).is_symlink())


@NEEDS_PIPES
def test_a_pipe_that_becomes_a_link_is_not_followed(tmp_path, victim):
    """Between the look and the writing."""
    (tmp_path / "pipe").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic link"):
        hosting._write_to_device(tmp_path / "pipe", b"ours")
    assert "precious" == victim.read_text()


@pytest.mark.skipif(not Path("/dev/stdout").is_symlink(), reason="this system has no /dev/stdout")
def test_the_links_of_dev_are_followed(tmp_path):
    """Whatever standard output is: a pipe, or a file, to which is added."""
    command = [*COMMAND, "run", "--trail", "/dev/stdout", "--", "echo", "of the command"]
    to_pipe = subprocess.run(command, capture_output=True, check=True).stdout
    with (tmp_path / "output").open("wb") as output:
        subprocess.run(command, stdout=output, stderr=subprocess.DEVNULL, check=True)

    assert (b"of the command\n", b"of the command\n") == (to_pipe, (tmp_path / "output").read_bytes())
    assert Path("/dev/stdout").is_symlink()


@pytest.mark.parametrize(
    ("option", "command"),
    [
        ("--trail", ["run", "{}", "--", "true"]),
        ("--ca-file", ["serve", "--port", "0", "--tls", "{}"]),
        ("--ready-file", ["serve", "--port", "0", "{}"]),
    ],
)
def test_each_option_follows_no_link(tmp_path, victim, option, command):
    """Of whatever command."""
    (tmp_path / "written").symlink_to(victim)
    words = [word for part in command for word in ([option, "written"] if part == "{}" else [part])]
    with subprocess.Popen([*COMMAND, *words], cwd=tmp_path, stderr=subprocess.PIPE) as process:
        process.stderr.readline()  # it listens, or has run
        while command[0] == "serve" and (tmp_path / "written").is_symlink():
            assert process.poll() is None
        process.terminate()

    assert ("precious", False) == (victim.read_text(), (tmp_path / "written").is_symlink())
    assert [] == [name for name in files_in(tmp_path) if name != "written"]
