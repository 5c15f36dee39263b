"""Rules of other systems, translated to ours as text: the files of a configuration and an account of each entry."""
