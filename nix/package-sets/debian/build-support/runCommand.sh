# shellcheck shell=bash
# Run the build command in this very shell.

# shellcheck disable=SC1090 # the command is the caller's
. "$buildCommandPath"
