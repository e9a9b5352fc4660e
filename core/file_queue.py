"""The embedded queue: kombu's folder of files, each message whole from the moment it can be seen.

Kombu opens a message's file under its name and writes then; a worker that looks in between reads an empty message and
ends (JSONDecodeError).
"""

import os
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **_kwargs: Any) -> None:  # type: ignore[override]  # its two bases disagree
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        draft = folder / f"{name}.draft"  # no queue's ending: nobody takes it
        draft.write_bytes(str_to_bytes(dumps(payload)))
        os.replace(draft, folder / name)  # noqa: PTH105 one step, also over the same name


class Transport(filesystem.Transport):
    Channel = Channel


TRANSPORT_ALIASES["files"] = "core.file_queue:Transport"
