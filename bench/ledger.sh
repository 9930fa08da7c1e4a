#!/usr/bin/env bash
# Hold and settle pairs per second against a transaction per operation and against inserts alone; two nodes, many wallets.
set -euo pipefail

root=${CMP_ROOT:?run it as: ./cmp bench ledger}
path=$("$root/cmp" test-path)
# seconds=8 and warm=3 for each figure, wallets=100000, entries=10000000 (0: leave that figure out)
"$JAVA_HOME/bin/java" -Dcmp.test.durable=true "-Dseconds=${CMP_BENCH_SECONDS:-8}" \
  "-Dwallets=${CMP_BENCH_WALLETS:-100000}" "-Dentries=${CMP_BENCH_ENTRIES:-10000000}" \
  -cp "${path##*$'\n'}" dev.gsv.cmp.billing.LedgerBench
