# shellcheck shell=bash
# Put the files of $contents into the folder root, as links or as copies.

test "$linkContents" || export copies=1
# shellcheck disable=SC2086 # a list of store paths
bash -eu -o pipefail "$joinContents" root $contents
