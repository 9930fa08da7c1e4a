#!/usr/bin/env bash
# Hold and settle pairs per second against a transaction per operation and against inserts alone; whole runs, two nodes.
set -euo pipefail

root=${CMP_ROOT:?run it as: ./cmp bench ledger}
path=$("$root/cmp" test-path)
# seconds=8 and warm=8 for each figure, wallets=100000, entries=10000000 (0: leave that figure out),
# only=hot,nodes,p99,spread,entries (empty: all of them, and whole runs)
measure() {
  "$JAVA_HOME/bin/java" -Xmx1g -Dcmp.test.durable=true "-Dseconds=${CMP_BENCH_SECONDS:-8}" \
    "-Dwarm=${CMP_BENCH_WARM:-8}" "-Dwallets=${CMP_BENCH_WALLETS:-100000}" "-Dentries=${CMP_BENCH_ENTRIES:-10000000}" \
    "-Donly=${CMP_BENCH_ONLY:-}" -cp "${path##*$'\n'}" "$1" | grep -v ' INFO '
}
measure dev.gsv.cmp.billing.LedgerBench
[ -n "${CMP_BENCH_ONLY:-}" ] || measure dev.gsv.cmp.runs.RunBench
