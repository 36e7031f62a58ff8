"""`python -m nixgen` is the `nixgen` command."""

from nixgen.cli.main import main

main()
