"""The commands, each loaded when it is asked for; `sync.cli` has the table."""
