#!/usr/bin/env bash
# ./cmp up as a person meets it: starts, refuses what it must, stops at once, survives being killed.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/node.sh
. "$(dirname "$0")/lib/node.sh"

start_node
grep -q "is at http://localhost:$CMP_PORT" "$work/up.log" || fail "the address is not printed"
passed "it starts and prints its address"

if output=$("$root/cmp" up 2>&1); then fail "a busy port is taken"; fi
[[ $output == *"Port $CMP_PORT is in use"*"CMP_PORT="* ]] || fail "a busy port is not explained: $output"
passed "a busy port is named, with the way out"

if output=$(CMP_PORT=$(free_port) "$root/cmp" up 2>&1); then fail "two programs share a data directory"; fi
[[ $output == *"Another CMP"*"is using the data in $CMP_DATA/postgres"*"CMP_DATA="* ]] || fail "a locked directory is not explained: $output"
[ "$(health)" = 200 ] || fail "the owner of the directory is disturbed"
passed "a second program over the same data is refused and harms nothing"

database=$(database_processes)
[ -n "$database" ] || fail "there is no embedded database"
# As a terminal does it: to the program. A background process of a script ignores SIGINT, so this is SIGTERM.
kill -TERM "$node"
ended_within 50 "$node" || fail "it does not stop within 5 s"
wait "$node" || true
[ -z "$(database_processes)" ] || fail "the database outlives an orderly end"
passed "it stops within 5 s and leaves no process behind"

start_node
kill -KILL "$node"
wait "$node" 2>/dev/null || true
start_node
passed "it starts again over the same data after kill -9"

for pid in $node $(database_processes); do kill -KILL "$pid" 2>/dev/null || true; done
wait "$node" 2>/dev/null || true
start_node
passed "it starts again after kill -9 of program and database"

kill -INT "$node" 2>/dev/null || true
kill -TERM "$node"
ended_within 50 "$node" || fail "it does not stop within 5 s"
if output=$(DATABASE_URL=mysql://u:hunter2@db/x CMP_PORT=$(free_port) "$root/cmp" up 2>&1); then fail "a wrong DATABASE_URL is taken"; fi
[[ $output == *"DATABASE_URL is not the address"* && $output != *hunter2* ]] || fail "a wrong DATABASE_URL is not explained: $output"
passed "a wrong DATABASE_URL is explained and its password not shown"

if output=$(CMP_ROLES=api,wroker CMP_PORT=$(free_port) "$root/cmp" up 2>&1); then fail "an unknown role is taken"; fi
[[ $output == *"unknown role: wroker"* ]] || fail "an unknown role is not explained: $output"
passed "an unknown role is explained"
