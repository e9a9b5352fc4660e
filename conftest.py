"""For every run, also of a single file: what the machine cannot run is named at the end."""

pytest_plugins = ["tests.not_run"]
