# Needs Python >= 3.11 and make, nothing else. Choose the interpreter with: make PYTHON=python3.12 test
.DEFAULT_GOAL := help
.PHONY: help serve dev check quick test hunt mutate bench docs clean

BIN := .venv/bin
LANGCHAIN := .venv-langchain
LANGCHAIN_03 := .venv-langchain-0.3
AZURE := .venv-azure
MUTATION := .venv-mutation
PEERS := .venv-peers
NODE_PEERS := .bench
HUNT ?= 100000
SEED := $(or $(SEED),$(shell date +%s))
PLUGINS := -p xdist -p hypothesispytest -p azureml_emulator -p azureml_contract
HUNTING := $(BIN)/pytest -q -n 2 -p no:benchmark
export PYTHON
# Compiled tests are kept: to compile them anew would take longer than to run the everyday ones.
export PYTHONDONTWRITEBYTECODE :=

help: ## Show these lines
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: .venv/.base ## Run the emulator with its built-in endpoints
	@$(BIN)/azureml-emulator serve

dev: .venv/.dev ## Make the environment for working on the project

check: .venv/.dev ## Lint, types, layering
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

quick: .venv/.dev ## The everyday tests, under a minute
	$(BIN)/pytest -q -n 2 --dist worksteal --disable-plugin-autoload $(PLUGINS) -m "not slow"

test: .venv/.dev $(LANGCHAIN)/.installed $(LANGCHAIN_03)/.installed $(AZURE)/.installed ## All tests, the referees included
	$(BIN)/pytest -q -n 3 --dist worksteal -p no:benchmark
	$(LANGCHAIN)/bin/pytest -q -n 2 --benchmark-disable contract_tests/community contract_tests/langchain_standard contract_tests/test_teeth.py
	$(LANGCHAIN_03)/bin/pytest -q contract_tests/community -m "not slow"
	$(AZURE)/bin/pytest -q contract_tests/microsoft contract_tests/test_teeth.py

hunt: .venv/.dev ## Fuzz for long, with a new seed each time (SEED=...); findings go into docs/hunts.md
	@echo "SEED=$(SEED) HUNT=$(HUNT)"
	HUNT=$(HUNT) $(HUNTING) emulator/tests/test_fuzz*.py --hypothesis-seed=$(SEED)
	HUNT=$$(($(HUNT) / 20)) $(HUNTING) emulator/tests/*/test_fuzz*.py contract_tests/test_fuzz*.py \
		contract_tests/*/test_fuzz*.py contract_tests/test_schemathesis.py --hypothesis-seed=$(SEED)

mutate: .venv/.dev $(MUTATION)/.installed ## Change formatters and kit in small ways, and list what no test notices
	$(MUTATION)/bin/python scripts/mutation.py

bench: .venv/.dev $(LANGCHAIN)/.installed $(AZURE)/.installed $(PEERS)/.installed $(NODE_PEERS)/.installed ## Measure, as ratios within one run, and write benchmarks/RESULTS.md
	$(BIN)/python benchmarks/run.py

docs: .venv/.dev ## Write the generated tables into the documentation (some take minutes)
	$(BIN)/python docs/generate.py

clean: ## Remove the environments
	rm -rf .venv $(LANGCHAIN) $(LANGCHAIN_03) $(AZURE) $(MUTATION) $(PEERS) $(NODE_PEERS)

.venv/.base: pyproject.toml scripts/environment.sh
	@sh scripts/environment.sh .venv $@ --editable .

.venv/.dev: .venv/.base requirements/dev.txt
	@sh scripts/environment.sh .venv $@ --editable '.[all]' --requirement requirements/dev.txt

$(LANGCHAIN)/.installed: requirements/langchain-community.txt
$(LANGCHAIN_03)/.installed: requirements/langchain-community-0.3.txt
$(AZURE)/.installed: requirements/azure.txt
$(MUTATION)/.installed: requirements/mutation.txt

$(PEERS)/.installed: requirements/peers.txt
	@sh scripts/environment.sh $(PEERS) $@ --requirement $<

$(NODE_PEERS)/.installed: requirements/package.json
	@if command -v npm >/dev/null; then \
		mkdir -p $(@D) && cp $< $(@D) && \
		npm install --prefix $(@D) --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error && touch $@; \
	else echo "npm is missing: npm's peers are left out" >&2; fi

%/.installed: pyproject.toml scripts/environment.sh
	@sh scripts/environment.sh $* $@ --editable . --requirement $(filter requirements/%,$^)
