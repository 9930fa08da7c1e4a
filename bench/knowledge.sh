#!/usr/bin/env bash
# What searches find: recall@5 and MRR by words, by meaning and fused; ms per query; documents per second.
set -euo pipefail

root=${CMP_ROOT:?run it as: ./cmp bench knowledge}
path=$("$root/cmp" test-path)
"$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED "-Drounds=${CMP_ROUNDS:-3}" \
  -cp "${path##*$'\n'}" dev.gsv.cmp.knowledge.KnowledgeBench
