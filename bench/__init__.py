"""Measurements of Leadswitch and its peers, side by side in one run: `python -m bench NAME [--json]`."""
