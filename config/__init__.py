"""Configuration: a directory of YAML to values, with every problem at once.

`config.loader` reads (`load`, `parse`), `config.settings` holds what comes out and what the program hands in,
`config.problems` what is wrong, `config.schema` the JSON Schema for editors, `config.starter` what `init` writes.
"""
