"""Files and folders that nixgen writes: whole or not at all, and by one command at a time."""
