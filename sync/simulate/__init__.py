"""History made again under another configuration: the ledger's, or that of a file. Nothing is written to the store."""
