./setup.sh test
time ./setup.sh test bash -c 'which node npm; node --version; npm --version'
time make test T="tests/journeys/test_clients.py tests/access/test_rates.py tests/architecture tests/benchmarks tests/test_setup.py" 2>&1 | tail -40
time make check 2>&1 | tail -30
