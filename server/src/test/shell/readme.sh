#!/usr/bin/env bash
# Runs the ```sh blocks of README.md and of the guides against a program that was just started, those of one page in one
# shell, as a reader pastes them. A block marked ```sh skip is only shown. http://localhost:8000 and data/ stand for the
# test's own port and directory.
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
  awk -v folder="$work" -v page="${name//\//_}" -v name="$name" '
    /^```/ && block { close(file); block = 0; next }
    $0 == "```sh" { block = 1
      file = sprintf("%s/block-%s-%05d", folder, page, NR)
      # Where a reader finds it.
      printf "%s:%d\n", name, NR > (file ".place"); close(file ".place")
      file = file ".sh"; printf "" > file; next }
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

# What readers are told that they need.
for tool in curl jq; do
  command -v $tool >/dev/null && continue
  if [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update && apt-get install -y --no-install-recommends $tool; } >"$work/apt.log" 2>&1 || true
  fi
  command -v $tool >/dev/null || fail "the documentation's commands need $tool: apt-get install $tool"
done

start_node
for block in "$work"/block-*.sh; do
  sed -i -E "s#localhost:8000#localhost:$CMP_PORT#g; s#(^|[ \"'=])(\./)?data/#\1$CMP_DATA/#g" "$block"
done

cat >"$work/page.sh" <<'EOF'
set -euo pipefail
cd "$1"
for block in "$2"-*.sh; do
  place=$(cat "${block%.sh}.place")
  printf '%s\n' "$place" >"$3"
  printf -- '-- %s\n' "$place"
  trap 'printf "FAILED: %s, this block:\n%s\n" "$place" "$(cat "$block")" >&2' ERR
  . "$block"
  trap - ERR
done
EOF
for page in README.md docs_guides_; do
  for first in "$work/block-$page"*-*.sh; do
    [ -e "$first" ] || continue
    printf '%s\n' "${first%-*}"
  done
done | uniq >"$work/pages"
while read -r page; do
  bash "$work/page.sh" "$root" "$page" "$work/place" </dev/null || fail "$(cat "$work/place"): this block does not run"
done <"$work/pages"
passed "$blocks blocks of the documentation run"
