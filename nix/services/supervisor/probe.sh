#!@shell@ -p
# shellcheck shell=bash
# Is a service of this container ready? Says why not.
#
#   probe port NUMBER [PATH]   it takes connections, and answers GET PATH with a status from 200 to 399
#   probe file PATH            the file is there
#
# Exit status: 0 it is, 1 it is not. Whoever runs this limits its time.

# A server may listen on one of the two alone.
connect() {
  exec {connection}<>"/dev/tcp/127.0.0.1/$1" || exec {connection}<>"/dev/tcp/::1/$1"
} 2>/dev/null

probe_port() {
  if ! connect "$1"; then
    echo "nothing takes connections at port $1"
    return 1
  fi
  test $# -eq 1 || probe_http "$2"
}

# HTTP/1.0, so that the server closes the connection; RFC 9112 says how an answer begins.
probe_http() {
  local line status
  printf 'GET %s HTTP/1.0\r\nHost: localhost\r\nUser-Agent: nixgen-probe\r\n\r\n' "$1" >&"$connection"
  IFS= read -r line <&"$connection"
  status=${line#HTTP/*[0-9] }
  case $status in
    2[0-9][0-9]* | 3[0-9][0-9]*) ;;
    *)
      line=${line%$'\r'}
      echo "GET $1 has the answer: ${line:-none}"
      return 1
      ;;
  esac
}

probe_file() {
  if ! test -e "$1"; then
    echo "there is no $1"
    return 1
  fi
}

trap '' PIPE
LC_ALL=C
"probe_$1" "${@:2}"
