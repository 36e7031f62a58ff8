#!/bin/sh
# Emit the repository's project, build its images, start one and show what it answers.
set -eu

nixgen=$1
image=orderedServices

"$nixgen" emit
"$nixgen" build >/dev/null
container=$("$nixgen" run --detach "$image" -- --publish 127.0.0.1::8080)
trap 'podman --log-level fatal rm --force --time 15 "$container" >/dev/null' EXIT
address=$(podman port "$container" 8080/tcp | head -n 1)
echo "demo: $image is up, asking http://$address/ once its server has what it waits for" >&2

attempts=60
until answer=$(busybox wget -qO- "http://$address/" 2>/dev/null); do
    attempts=$((attempts - 1))
    if [ "$attempts" = 0 ]; then
        podman logs "$container" >&2
        echo 'demo: no answer' >&2
        exit 1
    fi
    sleep 1
done
echo "the service answers: $answer"
