"""What each command does, one file a feature. `services/commands.py` calls them from its table."""
