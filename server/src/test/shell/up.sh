#!/usr/bin/env bash
# ./cmp up as a person meets it: starts, refuses what it must, stops at once, survives being killed.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/node.sh
. "$(dirname "$0")/lib/node.sh"

start_node
grep -q "is at http://localhost:$CMP_PORT" "$work/up.log" || fail "the address is not printed"
passed "it starts and prints its address"

# A file is a log to whoever finds it: it says where the secrets are.
grep -qF "$CMP_DATA/demo.env" "$work/up.log" || fail "the demo's logins are not named"
secrets=0
while IFS='=' read -r name value; do
  case $name in *_PASSWORD | *_KEY) ;; *) continue ;; esac
  secrets=$((secrets + 1))
  ! grep -qF -- "$value" "$work/up.log" || fail "$name is in the log"
done <"$CMP_DATA/demo.env"
[ $secrets -ge 4 ] || fail "demo.env holds $secrets secrets"
passed "no password and no key is in a log"

if output=$("$root/cmp" up 2>&1); then fail "a busy port is taken"; fi
[[ $output == *"Port $CMP_PORT is in use"*"CMP_PORT="* ]] || fail "a busy port is not explained: $output"
passed "a busy port is named, with the way out"

if output=$(CMP_PORT=$(free_port) "$root/cmp" up 2>&1); then fail "two programs share a data directory"; fi
[[ $output == *"Another CMP"*"is using the data in $CMP_DATA/postgres"*"CMP_DATA="* ]] || fail "a locked directory is not explained: $output"
[ "$(health)" = 200 ] || fail "the owner of the directory is disturbed"
passed "a second program over the same data is refused and harms nothing"

database=$(database_processes)
# shellcheck disable=SC2086  # one word each
kill -KILL $database
for _ in {1..100}; do
  [ "$(health)" = 200 ] && [ -n "$(database_processes)" ] && [ "$(database_processes)" != "$database" ] && break
  sleep 0.2
done
[ "$(health)" = 200 ] || fail "the killed database is not started again"
[ "$(database_processes)" != "$database" ] || fail "the database was not killed"
kill -0 "$node" || fail "the program ended with its database"
passed "a killed database is started again over the same data"

database=$(database_processes)
[ -n "$database" ] || fail "there is no embedded database"
press_ctrl_c
ended_within 50 "$node" || fail "it does not stop within 5 s"
wait "$node" || true
[ -z "$(database_processes)" ] || fail "the database outlives an orderly end"
passed "it stops within 5 s of Ctrl-C and leaves no process behind"

start_node
kill -KILL "$node"
wait "$node" 2>/dev/null || true
start_node
passed "it starts again over the same data after kill -9"

for pid in $node $(database_processes); do kill -KILL "$pid" 2>/dev/null || true; done
wait "$node" 2>/dev/null || true
start_node
passed "it starts again after kill -9 of program and database"

kill -TERM "$node"
ended_within 50 "$node" || fail "it does not stop within 5 s of SIGTERM"
passed "it stops within 5 s of SIGTERM"

# Its first start makes the AOT cache in the background, with a second program and a second database.
rm -f "$root"/build/app/current/aot-*
training() { pgrep -f -- "$root/build/training/" || true; }
CMP_AOT=on start_node
for _ in {1..200}; do
  [ -z "$(training)" ] || break
  sleep 0.1
done
[ -n "$(training)" ] || fail "no AOT cache is made"
sleep 2
press_ctrl_c
for _ in {1..50}; do
  [ -n "$(training)$(database_processes)" ] || kill -0 "$node" 2>/dev/null || break
  sleep 0.1
done
[ -z "$(training)$(database_processes)" ] || fail "the making of the AOT cache outlives CMP"
passed "Ctrl-C ends the making of the AOT cache too"

if output=$(DATABASE_URL=mysql://u:hunter2@db/x CMP_PORT=$(free_port) "$root/cmp" up 2>&1); then fail "a wrong DATABASE_URL is taken"; fi
[[ $output == *"DATABASE_URL is not the address"* && $output != *hunter2* ]] || fail "a wrong DATABASE_URL is not explained: $output"
passed "a wrong DATABASE_URL is explained and its password not shown"

if output=$(CMP_ROLES=api,wroker CMP_PORT=$(free_port) "$root/cmp" up 2>&1); then fail "an unknown role is taken"; fi
[[ $output == *"unknown role: wroker"* ]] || fail "an unknown role is not explained: $output"
passed "an unknown role is explained"
