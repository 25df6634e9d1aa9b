# The front door of Escale. Needed beforehand: git, make, Python 3.11 or newer. `make` lists what there is.
# What a command prints goes to standard output; the set-up speaks on standard error only.

.DEFAULT_GOAL := help
.PHONY: help demo up setup train test check bench nlu-report lock clean
.NOTPARALLEL:

SETUP := sh scripts/setup
ESCALE := .venv/bin/python -m bot

help: ## list what there is
	@echo "Escale: make <target>"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{printf "  %-10s %s\n", $$1, $$2}'

demo: ## a conversation in the terminal over the demonstration catalogue (does all the set-up)
	@$(SETUP) app nlu model </dev/null
	@$(ESCALE) chat --demo

up: ## everything on this machine: Rasa, worker, Telegram, scheduler, HTTP (Ctrl-C stops it)
	@$(SETUP) app nlu model </dev/null
	@$(ESCALE) up

setup: ## the two environments and the trained model
	@$(SETUP) app nlu model </dev/null

train: ## train Rasa's model and fit the ear for distress, if what they are made of has changed
	@$(SETUP) app nlu model </dev/null

test: ## all the tests (does all the set-up); make test ARGS="tests/kit -k masking" for some
	@$(SETUP) dev nlu model </dev/null
	@.venv/bin/python -m pytest $(ARGS)

check: ## style, types, layers, and Rasa's own validation; all of them, even when one fails
	@$(SETUP) dev nlu </dev/null
	@failed=0; run() { echo "→ $$*"; "$$@" || failed=1; }; \
	run .venv/bin/ruff check .; \
	run .venv/bin/ruff format --check .; \
	run .venv/bin/python -m mypy; \
	run .venv/bin/lint-imports --no-logo; \
	export RASA_TELEMETRY_ENABLED=false TQDM_DISABLE=1 PYTHONWARNINGS=ignore SQLALCHEMY_SILENCE_UBER_WARNING=1; \
	run nlu/.venv/bin/python -m rasa data validate --fail-on-warnings --config config.yml --domain nlu/domain --data nlu/data stories; \
	exit $$failed

bench: ## measure speed and size, with the peers in the same run
	@$(SETUP) dev nlu model </dev/null
	@.venv/bin/python -m benchmarks $(ARGS)

nlu-report: ## measure how messages are understood, into docs/nlu.md (ARGS=--without-peers: minutes, not half an hour)
	@$(SETUP) app nlu model </dev/null
	@nlu/.venv/bin/python -m nlu.report $(ARGS)

lock: ## write the locked requirement files anew (UPGRADE=1 for the newest versions)
	@UPGRADE=$(UPGRADE) $(SETUP) lock </dev/null

clean: ## remove environments, models, caches; keeps .escale/ (the database) and .env
	rm -rf .venv nlu/.venv .tools models .rasa .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
