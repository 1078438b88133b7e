"""The command line and the stages behind it."""
