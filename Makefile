# The dashboard from a clean clone: `make run`. Everything is installed into .venv and nowhere else.

PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
RIVALS := .venv-rivals
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

.DEFAULT_GOAL := help
.PHONY: help run test test-mergekit test-spark lint format messages pictures bench bench-rivals bench-large clean

help: ## Say what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: $(VENV)/run.stamp ## Start the dashboard on port 8501 (another: make run PORT=8600)
	@echo "The dashboard is at http://localhost:$(PORT) (Ctrl+C stops it)"
	@$(BIN)/streamlit run app.py --server.port $(PORT)

test: lint ## Check style and types and run every test
	$(BIN)/python tests/machine_setup.py
	$(BIN)/pytest --numprocesses auto --dist worksteal

test-mergekit: $(VENV)/dev.stamp .venv-mergekit/stamp ## Try the weight check on merges made by mergekit (PyTorch: heavy)
	$(BIN)/pytest tests/mergekit/merges.py

test-spark: .venv-spark/stamp ## Try Apache Spark on a cluster of this machine (Java 17 or later)
	.venv-spark/bin/python tests/machine_setup.py --spark
	.venv-spark/bin/pytest tests_spark/test_standalone.py
	.venv-spark/bin/pytest tests_spark/test_connect.py

lint: $(VENV)/dev.stamp ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/dev.stamp ## Put the code into form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: $(VENV)/dev.stamp ## Take new messages into the catalogues of locale/
	$(BIN)/pybabel --quiet extract --mapping locale/babel.cfg --keywords N_ --sort-by-file --add-location file \
		--width 120 --output locale/dashboard.pot .
	$(BIN)/pybabel --quiet update --domain dashboard --input-file locale/dashboard.pot --output-dir locale \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 120

pictures: $(VENV)/dev.stamp ## Take a picture of every page in each language, theme and width
	$(BIN)/python tests/machine_setup.py --browser
	$(BIN)/python -m tests.pictures

bench: $(VENV)/dev.stamp ## Measure the dashboard, and write docs/performance.md (short: make bench SHORT=--quick)
	$(BIN)/python tests/machine_setup.py --bench
	$(BIN)/python -m benchmarks.start $(SHORT)
	$(BIN)/python -m benchmarks.rerun $(SHORT)
	$(BIN)/python -m benchmarks.click $(SHORT)
	$(BIN)/python -m benchmarks.first_visit $(SHORT)
	$(BIN)/python -m benchmarks.readers $(SHORT)
	$(BIN)/python -m benchmarks.sessions $(SHORT)
	$(BIN)/python -m benchmarks.several $(SHORT)
	$(BIN)/python -m benchmarks.profile $(SHORT)
	$(BIN)/python -m benchmarks.report

bench-rivals: $(VENV)/dev.stamp $(RIVALS)/stamp ## Measure Streamlit, Dash, Panel and Datasette beside it
	$(BIN)/python tests/machine_setup.py --browser
	$(BIN)/python -m benchmarks.rivals $(SHORT)
	$(BIN)/python -m benchmarks.report

bench-large: $(VENV)/dev.stamp $(RIVALS)/stamp ## Measure packages of up to 10 million rows, there too
	$(BIN)/python -m benchmarks.large $(SHORT)
	$(BIN)/python -m benchmarks.rivals.large $(SHORT)
	$(BIN)/python -m benchmarks.report

clean: ## Remove what was installed and made
	rm -rf $(VENV) $(RIVALS) .venv-mergekit .venv-spark .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed and was not found. Install it, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; $(PYTHON) is older, or is not there." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "$(PYTHON) cannot make environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements.txt requirements-provenance.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/run.stamp

$(RIVALS)/stamp: benchmarks/requirements.txt | $(BIN)/python
	$(BIN)/python -m venv $(RIVALS)
	$(RIVALS)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

.venv-mergekit/stamp: requirements-mergekit.txt | $(BIN)/python
	$(PYTHON) -m venv .venv-mergekit
	.venv-mergekit/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-mergekit.txt
	@touch $@

.venv-spark/stamp: requirements.txt requirements-provenance.txt requirements-dev.txt requirements-spark.txt | $(BIN)/python
	$(PYTHON) -m venv .venv-spark
	.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -r requirements-spark.txt
	@touch $@
