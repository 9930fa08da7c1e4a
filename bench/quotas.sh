#!/usr/bin/env bash
# Runs let in and ended per second at the gates: without a budget, with one budget in stripes, with it as one row.
set -euo pipefail

root=${CMP_ROOT:?run it as: ./cmp bench quotas}
path=$("$root/cmp" test-path)
# seconds=5 and warm=2 for each figure, three rounds
"$JAVA_HOME/bin/java" -Dcmp.test.durable=true "-Dseconds=${CMP_BENCH_SECONDS:-5}" "-Drounds=${CMP_ROUNDS:-3}" \
  -cp "${path##*$'\n'}" dev.gsv.cmp.quotas.GateBench
