# Everything is done by edu/launcher; `make` alone lists the targets.
PYTHON := $(shell for p in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$p; break; fi; done)
PYTHON := $(or $(PYTHON),$(shell command -v python3 || command -v python))
START = @test -n "$(PYTHON)" || { echo "Jinbang needs Python 3.11 or newer, and no Python was found: install it and run the same command again." >&2; exit 1; }; \
	exec $(PYTHON) edu/launcher/start.py

export PORT YES

.DEFAULT_GOAL := help
.PHONY: help run demo-reset test check lock bench faults conformance i18n fmt shell

help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*##' Makefile | awk -F ':.*## ' '{ printf "make %-12s %s\n", $$1, $$2 }'

run: ## set up what is missing and start the site (PORT=9000 for another port)
	$(START) run

demo-reset: ## delete the database, uploads and queue after asking (YES=1: without asking)
	$(START) demo-reset

test: ## everything that CI checks, on SQLite and PostgreSQL and in a browser
	$(START) test

check: ## the quick half of it: lint, types, import contracts, pure tests
	$(START) check

lock: ## lock requirements/*.in anew, with hashes
	$(START) lock

bench: ## measure, and compare each figure with a reference of the same run
	$(START) bench

faults: ## sit hundreds of exams over a failing network on a site whose parts are killed, and count what was lost
	$(START) faults

conformance: ## what becomes of real question files of other programs: one table by kind (JINBANG_CORPUS names them)
	$(START) conformance

i18n: ## collect and compile the messages
	$(START) i18n

fmt: ## put the code in order: ruff --fix and format
	$(START) fmt

shell: ## a Python shell with the project loaded
	$(START) manage shell
