"""The engine and the program."""

import os

os.environ.setdefault(
    "PYDANTIC_DISABLE_PLUGINS", "__all__"
)  # we have none; to look for them costs 15 ms of each start
