# Run the build command with bash.

export PATH="$toolPath"
export SHELL="$bash"
exec "$bash" -eu -o pipefail "$buildCommandPath"
