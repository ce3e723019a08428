# Run by test_bare_root.py inside the bare root, in the clone: what somebody does who follows the README, with a stopwatch.
# Prints `figure <name> <seconds>` lines; ends with the first thing that does not hold.
set -euo pipefail
export BROWSERGRID_EGRESS_ALLOW=localhost:3000
step=${1:-all}

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }
fail() { echo "drill: $*" >&2; tail -n 60 up.log >&2 || true; exit 1; }

start_up() { # figure's name
  local began
  began=$(now)
  make up >up.log 2>&1 </dev/null &
  up=$!
  until grep -q '^BrowserGrid is ready' up.log; do
    kill -0 "$up" 2>/dev/null || fail "make up ended before it was ready"
    sleep 0.1
  done
  echo "figure $1 $(since "$began")"
}
stop_up() {
  kill -TERM "$up"
  wait "$up" || true
  local left
  left=$(pgrep -fc '[c]hromium|[r]edis-server|[u]vicorn|[c]elery|browser_node|manage\.py' || true)
  [ "$left" = 0 ] || fail "$left processes outlived make up"
}
# procps is not among the packages of a bare root
pgrep() { # -fc <pattern>: how many command lines match
  local count=0 file
  for file in /proc/[0-9]*/cmdline; do tr '\0' ' ' <"$file" 2>/dev/null | grep -qE "$2" && count=$((count + 1)); done
  echo "$count"
  [ "$count" -gt 0 ]
}

start_up first_up
token=$(sed -nE 's/^ *token: (bg_\S+)$/\1/p' up.log)
[ -n "$token" ] || fail "make up printed no token"

mkdir -p page && echo '<title>A local page</title><h1>Hello from the bare root</h1>' >page/index.html
python3 -m http.server 3000 --bind 127.0.0.1 --directory page >/dev/null 2>&1 &
page=$!
python3 -m venv /client && /client/bin/pip install -q "$(grep ^playwright== requirements-dev.txt)" 2>/dev/null
cat >/client/first.py <<PY
from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    for scheme in ("http", "ws"):
        browser = playwright.chromium.connect_over_cdp(f"{scheme}://localhost:8000/connect?token=$token")
        page = browser.contexts[0].pages[0]
        page.goto("http://localhost:3000/")
        assert page.title() == "A local page", page.title()
        page.screenshot(path=f"/client/{scheme}.png")
        browser.close()
PY
/client/bin/python /client/first.py || fail "the snippet did not work"
curl -fsS "http://localhost:8000/connect/json?token=$token" | grep -q webSocketDebuggerUrl || fail "curl did not work"
echo "figure snippet 1"
kill "$page"
stop_up

start_up second_up
grep -q 'Shown this once' up.log && fail "secrets were printed twice"
stop_up

[ "$step" = up ] && exit 0
began=$(now)
./setup.sh test
echo "figure test_setup $(since "$began")"
began=$(now)
make test >test.log 2>&1 </dev/null || { tail -n 80 test.log >&2; exit 1; }
echo "figure test $(since "$began")"
tail -n 3 test.log
