./setup.sh test >/dev/null
time ./setup.sh test .venv/bin/python -m tests.support.databases run .venv/bin/python -m pytest -q -m "(database or concurrency) and not long" 2>&1 | tail -25
time make test T="tests/journeys" 2>&1 | tail -25
