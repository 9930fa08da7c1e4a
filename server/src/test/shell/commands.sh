#!/usr/bin/env bash
# The small commands of ./cmp: help, wrong use, migrations, lists.
set -euo pipefail
root=${CMP_ROOT:-$(git rev-parse --show-toplevel)}
made=""
trap '[ -z "$made" ] || rm -f "$made"' EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# refused STATUS TEXT ARGUMENTS…
refused() {
  local wanted=$1 text=$2 output status=0
  shift 2
  output=$("$root/cmp" "$@" 2>&1) || status=$?
  [ $status = "$wanted" ] || fail "cmp $*: status $status, not $wanted"
  [[ $output == *"$text"* ]] || fail "cmp $*: does not say '$text' but: $output"
}

cd /
[[ $("$root/cmp") == *"./cmp up"*"./cmp test"* ]] || fail "help is not printed"
refused 2 "there is no command 'frobnicate'" frobnicate
refused 2 "up takes no arguments" up now
refused 2 "there is no bench nonsense" bench nonsense
refused 2 "there is no conformance nonsense" conformance nonsense
refused 2 "there is no bench ../cmp" bench ../cmp
refused 2 "takes a room and a name" migration kit
refused 1 "there is no room 'nowhere'" migration nowhere some_name
refused 1 "there is no room '../kit'" migration ../kit some_name
refused 1 "not 'Bad-Name'" migration kit Bad-Name
CMP_PORT=no refused 1 "CMP_PORT is not a port" up
printf 'passed: wrong use is refused with a reason\n'

before=$(find "$root/server/src/main/resources/db/migration" -name 'V*.sql' | sort | tail -n 1)
made=$root/$("$root/cmp" migration kit proof_of_the_command)
[ -s "$made" ] || fail "no migration was made"
[[ $(basename "$made") =~ ^V[0-9]{4}__kit_proof_of_the_command\.sql$ ]] || fail "a migration is called $made"
[[ -z $before || $made > $before ]] || fail "$made does not come after $before"
printf 'passed: a migration gets the next number\n'

"$root/cmp" bench | grep -q startup || fail "bench does not list startup"
"$root/cmp" conformance | grep -q NAME || fail "conformance does not list"
printf 'passed: benchmarks and conformance runs are listed\n'
