#!/usr/bin/env bash
# A bare Debian 12 in a temporary folder, entered by unshare and pivot_root (a chroot would forbid user namespaces), with a
# fresh clone of this repository inside; then runs a script there.  Needs root, debootstrap and a network.
#
#   tests/long/bare_root.sh <script> [argument …]     the script is tests/long/<script>, run in the clone, in the bare root
#
# BARE_ROOT_BASE    a folder that keeps the untouched bare system between runs (default: made anew each time)
# BARE_ROOT_SOURCE  `clone` (default: what is committed) or `tree` (what lies in the working tree)
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
script=${1:?usage: bare_root.sh <script> [argument …]}
shift
[ "$(id -u)" = 0 ] || { echo "bare_root: root is needed to make a system and enter it" >&2; exit 2; }

work=$(mktemp -d "${TMPDIR:-/tmp}/browsergrid-bare.XXXXXX")
root=$work/root
trap 'rm -rf --one-file-system "$work"' EXIT # mounts exist only in the namespace below

make_base() { # the packages that the README asks for, and nothing else
  local mirror
  mirror=$(sed -nE 's/^(URIs: |deb )(\S+).*/\2/p' /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -n 1) || true # one of the two files is not there
  debootstrap --variant=minbase --include=python3,make,git,curl,ca-certificates bookworm "$1" ${mirror:+"$mirror"} >"$work/debootstrap.log" 2>&1 ||
    { tail -n 20 "$work/debootstrap.log" >&2; exit 1; }
}
if [ -n "${BARE_ROOT_BASE:-}" ]; then
  [ -d "$BARE_ROOT_BASE" ] || make_base "$BARE_ROOT_BASE"
  cp -a "$BARE_ROOT_BASE" "$root"
else
  make_base "$root"
fi

# How this machine reaches package indexes goes in as it is, whatever it says: the drill is about the clone, not the network.
carry() { local path; for path; do [ -e "$path" ] && mkdir -p "$root$(dirname "$path")" && rm -rf "${root:?}$path" && cp -aL "$path" "$root$path"; done; true; }
carry /etc/apt /etc/pip.conf /etc/npmrc /usr/etc/npmrc "$HOME/.npmrc" "$HOME/.config/pip" "$HOME/.pip" \
  /usr/local/share/ca-certificates /etc/ssl/certs /etc/resolv.conf /etc/hosts ${PIP_CONFIG_FILE:+"$PIP_CONFIG_FILE"}
mapfile -t carried < <(env | grep -E '^(PIP_|npm_config_|NODE_EXTRA_CA_CERTS|SSL_CERT|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|GIT_SSL_CAINFO|[a-z]+_proxy|[A-Z]+_PROXY)' || true)
mapfile -t package_folders < <({ python3 -m pip config list 2>/dev/null; env | grep ^PIP_; } |
  grep -oE "(file://)?/[^ '\"]+" | sed 's|^file://||' | while read -r path; do [ ! -d "$path" ] || echo "${path%/simple}"; done | sort -u)

if [ "${BARE_ROOT_SOURCE:-clone}" = clone ]; then
  git -c safe.directory='*' clone -q --no-local "$repository" "$root/browsergrid"
else
  mkdir "$root/browsergrid"
  (cd "$repository" && git -c safe.directory='*' ls-files -coz --exclude-standard | tar --null --ignore-failed-read -T - -cf - 2>/dev/null) | tar -C "$root/browsergrid" -xf -
fi

enter() { # in a mount and a process namespace of its own: nothing outlives the drill
  mount --make-rprivate /
  mount --rbind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mount --rbind /dev "$root/dev"
  local folder
  for folder; do mkdir -p "$root$folder" && mount --rbind -o ro "$folder" "$root$folder"; done
  mkdir -p "$root/.outside"
  cd "$root"
  pivot_root . .outside
  umount -l /.outside
  rmdir /.outside
}
export -f enter
export root
folders=$(printf '%q ' "${package_folders[@]}")
unshare --mount --pid --fork --kill-child bash -ceu "enter $folders
  cd /browsergrid
  exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \"\$@\"" \
  bare_root "${carried[@]}" bash "tests/long/$script" "$@" </dev/null
