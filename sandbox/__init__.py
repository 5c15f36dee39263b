"""CRM servers on loopback that behave like the real ones, traps and faults included.

Nothing here imports Leadswitch or a vendor's SDK: a shared misunderstanding would make the tests worthless.
"""
