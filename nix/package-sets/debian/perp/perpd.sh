#!@shell@
# shellcheck shell=sh
# perpd [BASE]: run the services of the base folder, as perpd(8) does, with a runsv(8) for each.
#
# A service is a folder in it with the sticky bit. Signals: HUP looks for services that have come or
# gone; TERM and INT stop all services and then perpd itself. Below BASE/.control each service
# has the folder that runsv works in. Services have no logger (rc.log).

PERP_BASE=${1:-${PERP_BASE:-/etc/perp}}
PATH_OF_SERVICES=$PATH
export PERP_BASE PATH_OF_SERVICES
PATH=@runit@/bin:@busybox@/bin

# Wait so long at most until looking again: runsv(8) may have died.
interval=5

if ! { cd "$PERP_BASE" && rm -rf .control && mkdir -m 700 .control; }; then
  echo "perpd: cannot make $PERP_BASE/.control" >&2
  exit 111
fi
echo $$ >.control/pid
exec </dev/null

is_alive() {
  read -r runsv 2>/dev/null <".control/$1/runsv" && kill -0 "$runsv" 2>/dev/null
}

# Job control is on meanwhile, because a shell without it starts what is in the background with INT
# and QUIT ignored.
activate() {
  mkdir -p ".control/$1"
  rm -f ".control/$1/leaving"
  ln -sf @libexec@/run @libexec@/finish ".control/$1/"
  set -m
  runsv "$PERP_BASE/.control/$1" &
  set +m
  echo $! >".control/$1/runsv"
}

# Tell $runsv to stop the service and to end. While its finish script runs, it may not listen.
deactivate() {
  true >".control/$1/leaving"
  kill -s TERM "$runsv" 2>/dev/null
  look_again=yes
}

look() {
  look_again=
  for folder in */; do
    name=${folder%/}
    if ! is_alive "$name"; then
      ! test -k "$name" || activate "$name"
    elif ! test -k "$name" || test -e ".control/$name/leaving"; then
      deactivate "$name"
    fi
  done
}

stop_all() {
  trap '' TERM INT HUP
  test -z "$pause" || kill "$pause" 2>/dev/null
  look_again=yes
  while test "$look_again"; do
    look_again=
    for folder in .control/*/; do
      name=$(basename "$folder")
      ! is_alive "$name" || deactivate "$name"
    done
    sleep 0.1
  done
  exit 0
}

# Sleep for $1 seconds, or until a signal comes. It ends the sleep, whenever it comes.
pause=
pause() {
  sleep "$1" &
  pause=$!
  test -z "$signal" || kill "$pause"
  wait "$pause"
  signal=
}

signal=
trap 'signal=HUP; kill $pause 2>/dev/null' HUP
trap stop_all TERM INT
while true; do
  look
  if test "$look_again"; then
    pause 0.1
  else
    pause $interval
  fi
done
