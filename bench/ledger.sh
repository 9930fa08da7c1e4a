#!/usr/bin/env bash
# Hold and settle pairs per second against a transaction per operation and against inserts alone; two nodes, many wallets.
set -euo pipefail

root=${CMP_ROOT:?run it as: ./cmp bench ledger}
. "$root/launcher/tool.sh"
# seconds=8 and warm=3 for each figure, wallets=100000, entries=10000000 (0: leave that figure out)
tool dev.gsv.cmp.billing.LedgerBench -Dcmp.test.durable=true \
  "-Dseconds=${CMP_BENCH_SECONDS:-8}" "-Dwallets=${CMP_BENCH_WALLETS:-100000}" "-Dentries=${CMP_BENCH_ENTRIES:-10000000}"
