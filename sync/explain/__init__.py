"""What `leadswitch explain` says of a lead and of a rep, to managers and to the rep."""
