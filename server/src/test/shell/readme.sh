#!/usr/bin/env bash
# Runs the ```sh blocks of README.md and of the guides, in one shell, against a program that was just started. A block marked
# ```sh skip is only shown to readers. http://localhost:8000 and data/ stand for the test's own port and directory.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/node.sh
. "$(dirname "$0")/lib/node.sh"

shopt -s nullglob
pages=("$root"/README.md "$root"/docs/guides/*.md)
shopt -u nullglob

blocks=0
for page in "${pages[@]}"; do
  [ -e "$page" ] || continue
  name=${page#"$root/"}
  # One file per block, called after its page and its line.
  awk -v folder="$work" -v page="${name//\//_}" '
    /^```/ && block { close(file); block = 0; next }
    $0 == "```sh" { block = 1; file = sprintf("%s/block-%s-%05d.sh", folder, page, NR); printf "" > file; next }
    block { print > file }' "$page"
done

for block in "$work"/block-*.sh; do
  [ -e "$block" ] || break
  blocks=$((blocks + 1))
done
if [ $blocks = 0 ]; then
  echo "there is no \`\`\`sh block in README.md or docs/guides"
  exit 0
fi

start_node
for block in "$work"/block-*.sh; do
  sed -i -E "s#localhost:8000#localhost:$CMP_PORT#g; s#(^|[ \"'=])(\./)?data/#\1$CMP_DATA/#g" "$block"
done

# The blocks share one shell, as they do for a reader who pastes one after the other.
cat >"$work/all.sh" <<'EOF'
set -euo pipefail
cd "$1"
for block in "$2"/block-*.sh; do
  page=${block##*/block-}
  printf -- '-- %s, line %d\n' "${page%-*}" "$((10#$(basename "${page##*-}" .sh)))"
  trap 'echo "FAILED: this block" >&2; cat "$block" >&2' ERR
  . "$block"
  trap - ERR
done
EOF
bash "$work/all.sh" "$root" "$work" || fail "a block of the documentation does not run"
passed "$blocks blocks of the documentation run"
