"""A message of the embedded queue is seen whole or not at all."""

import os
from json import JSONDecodeError
from queue import Empty

import pytest
from kombu import Connection
from kombu.transport import filesystem

from core import file_queue


@pytest.fixture
def channel_of(tmp_path):
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path / "c")}
    (tmp_path / "c").mkdir()
    return lambda transport: Connection(transport=transport, transport_options=options).channel()


def test_a_worker_that_looks_while_a_message_is_written_finds_none(channel_of, monkeypatch):
    channel, seen = channel_of(file_queue.Transport), []
    rename = os.replace

    def looked_before(draft, name):
        with pytest.raises(Empty):
            channel._get("celery")
        seen.append(name)
        rename(draft, name)

    monkeypatch.setattr(os, "replace", looked_before)
    channel._put("celery", {"job": 1})
    assert (channel._get("celery"), len(seen)) == ({"job": 1}, 1)


def test_kombu_alone_gives_a_worker_half_a_message(channel_of, tmp_path):
    channel = channel_of(filesystem.Transport)
    (tmp_path / "1_a.celery.msg").touch()  # as kombu leaves it between open() and write()
    with pytest.raises(JSONDecodeError):
        channel._get("celery")
