# One way to do each thing; .ci/run calls the same targets. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help up test test-wide test-long check format bench docs
SHELL := /bin/bash

T ?= tests
PYTEST := .venv/bin/python -m pytest
# As they come: xdist would put files with few tests last, which are not those that end soon (tests/support/scheduling.py).
SIDE_BY_SIDE := --no-loadscope-reorder
# Those that measure time with a browser run alone. `make test-wide` has one less of each: it asks for everything again
# and again, where `make test` waits for much.
TWO := -n 2 $(SIDE_BY_SIDE)
THREE := -n 3 $(SIDE_BY_SIDE)
FOUR := -n 4 $(SIDE_BY_SIDE)
NONE := [ $$? = 5 ] # pytest's word for no tests: T may hold none of that kind
# Placeholders that production settings insist on, so that `check --deploy` can look at the rest.
DEPLOY := DJANGO_SETTINGS_MODULE=browsergrid.settings.production BROWSERGRID_PUBLIC_URL=https://grid.example.com \
	DATABASE_URL=postgres://unused@localhost/unused BROWSERGRID_KEYS=only-for-the-deployment-check-of-make-check \
	BROWSERGRID_SECRET_KEY=only-for-the-deployment-check-0123456789abcdefghijklmnopqrstuvwxyz

help: ## print this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name what; do printf 'make %-10s %s\n' "$$name" "$$what"; done

up: ## set up and run everything: web, gateway, worker, beat, watcher, one local node, Redis; ARGS="--port 8001"
	@exec ./setup.sh run .venv/bin/python manage.py up --end-with-parent $(ARGS)

define tests # $(1): which of them, $(2) and $(3): how many at once without a browser and with one; SQLite, then PostgreSQL
	@./setup.sh test $(PYTEST) -m "not browser and $(1)" $(2) $(T) $(ARGS) || $(NONE)
	@./setup.sh test $(PYTEST) -m "browser and not alone and $(1)" $(3) $(T) $(ARGS) || $(NONE)
	@./setup.sh test $(PYTEST) -m "browser and alone and $(1)" $(T) $(ARGS) || $(NONE)
	@./setup.sh test .venv/bin/python -m tests.support.databases run \
		$(PYTEST) -m "(database or concurrency) and not browser and $(1)" $(2) $(T) $(ARGS) || $(NONE)
endef

test: ## set up and run the tests, on SQLite and where marked on PostgreSQL; T=tests/pools narrows, ARGS=-x goes to pytest
	$(call tests,not wide and not long,$(FOUR),$(THREE))

test-wide: ## the same promises for every page, size, text and payload; what CI runs after the tests
	$(call tests,wide and not long,$(THREE),$(TWO))

test-long: ## the drills that take long: a bare Debian root, a hundred cycles, two hundred kills
	@exec ./setup.sh test $(PYTEST) -m long $(T) $(ARGS)

check: ## ruff, mypy, import contracts, migrations, deployment check, generated reference unchanged
	@./setup.sh test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python manage.py makemigrations --check --dry-run
	$(DEPLOY) .venv/bin/python manage.py check --deploy --fail-level WARNING
	.venv/bin/python manage.py reference --check

format: ## ruff format, then what ruff can mend by itself
	@./setup.sh test
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: ## measure the relay and the product against their baselines (method: benchmarks/README.md)
	@exec ./setup.sh test .venv/bin/python -m benchmarks $(ARGS)

docs: ## write docs/reference from the code: settings, OpenAPI, events, scopes, session states
	@exec ./setup.sh test .venv/bin/python manage.py reference $(ARGS)
