"""The programs that nixgen runs: one module for each, plumbum inside, results outside."""
