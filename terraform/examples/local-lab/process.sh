#!/bin/sh
# The lab's processes: `process.sh start NAME URL COMMAND…` returns once URL answers (at once where it is empty),
# `process.sh stop NAME` once the process has ended. $LAB has NAME.log, and NAME.pid: the process and when it
# started, so that no other process is ended that got the same number later.
set -eu

say() { printf 'local-lab: %s\n' "$*" >&2; }

# Field 22 of proc_pid_stat(5); the name before it may have blanks and brackets. Empty where there is no such process.
started() {
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20 || true
}

runs() {
    [ -n "$2" ] && [ "$(started "$1")" = "$2" ]
}

# NAME [ATTEMPTS]: ends it, after 20 s by force.
stop() {
    [ -f "$LAB/$1.pid" ] || return 0
    read -r pid when <"$LAB/$1.pid"
    if runs "$pid" "$when"; then
        kill "$pid"
        tries=0
        while runs "$pid" "$when"; do
            tries=$((tries + 1))
            [ "$tries" -lt 200 ] || kill -KILL "$pid" || true
            sleep 0.1
        done
    fi
    rm -f "$LAB/$1.pid" "$LAB/$1.log" "$LAB/$1.cfg"
    rmdir "$LAB" 2>/dev/null || true
}

# A 4xx is an answer too: signalling is a WebSocket. A balancer says 503 while it sees no node that is well.
answers() {
    node -e 'fetch(process.argv[1]).then(({ status }) => process.exit(status < 500 ? 0 : 1), () => process.exit(1))' "$1"
}

start() {
    name=$1 url=$2
    shift 2
    stop "$name"
    mkdir -p "$LAB"
    if [ -n "${CONFIG:-}" ]; then printf '%s' "$CONFIG" >"$LAB/$name.cfg"; fi
    # A session of its own: Ctrl-C in the terminal of terraform ends an apply, not the lab.
    setsid "$@" >"$LAB/$name.log" 2>&1 </dev/null &
    pid=$!
    when=$(started "$pid")
    printf '%s %s\n' "$pid" "$when" >"$LAB/$name.pid"
    tries=0
    until if [ -n "$url" ]; then answers "$url"; else sleep 0.5; fi; do
        tries=$((tries + 1))
        if ! runs "$pid" "$when" || [ "$tries" -ge 100 ]; then break; fi
        sleep 0.2
    done
    if runs "$pid" "$when" && { [ -z "$url" ] || answers "$url"; }; then return 0; fi
    say "$name does not run:"
    tail -n 20 "$LAB/$name.log" >&2
    stop "$name"
    return 1
}

action=$1
shift
"$action" "$@"
