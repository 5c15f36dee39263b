"""Decides which rep gets a lead: a pure function of the lead, the rules, the state and the time.

Import from the modules: `model` and `rules` are values only, `route` holds the `Router`, `match.question` asks
one condition of many leads, `turns.reverse` gives a turn back, `note.note_body` words a decision.
"""
