time ./setup.sh run .venv/bin/python manage.py doctor
time ./setup.sh run .venv/bin/python manage.py doctor
timeout -s INT 12 ./setup.sh run .venv/bin/python manage.py up --without web 2>&1 | cut -c1-200
time ./setup.sh test
time .venv/bin/python -m pytest -q tests/supervisor tests/doctor tests/reference -k 'not test_up' 2>&1 | tail -15
time .venv/bin/python -m pytest -q tests/splice tests/browser_node 2>&1 | tail -15
