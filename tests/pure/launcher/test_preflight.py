import errno
import socket
import sys

import pytest

from edu.launcher import preflight
from edu.launcher.paths import CannotStart
from edu.launcher.start import old_python_sentence


def test_port_in_use_names_the_port_and_the_way_out():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"Port {port} is in use.*PORT=9000 make run"):
            preflight.require_port(port)


def test_advice_on_a_busy_port_never_names_that_port(monkeypatch):
    def refuse(self, address):
        raise OSError(errno.EADDRINUSE, "Address already in use")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(CannotStart, match="PORT=9001 make run"):
        preflight.require_port(9000)


def test_free_port_is_accepted():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    preflight.require_port(port)


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "http", "80a", "٨٠"])
def test_what_is_no_port_is_refused(text):
    with pytest.raises(CannotStart, match="is not a port"):
        preflight.parse_port(text)


def test_port_is_read():
    assert preflight.parse_port("9000") == 9000


def test_full_disk_is_said_in_gigabytes(tmp_path):
    with pytest.raises(CannotStart, match=r"0\.5 GB left and 2\.0 GB are needed"):
        preflight.require_disk(
            folder=tmp_path, needed_bytes=preflight.FIRST_START_BYTES, free=lambda folder: preflight.GIB // 2
        )


def test_disk_with_enough_space_is_accepted(tmp_path):
    preflight.require_disk(folder=tmp_path, needed_bytes=1, free=lambda folder: 1)


def test_windows_is_sent_to_its_linux():
    with pytest.raises(CannotStart, match="WSL"):
        preflight.require_platform(name="nt")


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 9), (3, 10, 14)])
def test_old_python_is_told_what_is_needed(version):
    sentence = old_python_sentence(version)
    assert "needs Python 3.11 or newer" in sentence
    assert f"this is Python {version[0]}.{version[1]}" in sentence


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0), tuple(sys.version_info)])
def test_new_python_is_accepted(version):
    assert old_python_sentence(version) is None
