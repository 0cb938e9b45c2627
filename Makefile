# make demo   a whole night in a few minutes, no account, no key
# make test   everything that must hold: check, then all tests
# make check  format, lint, types, floors, dependencies
# make torture  storms of kill -9 and their like, long, seeded: ARGS="--seed 7 --kills 1000 --recordings 300"
# make bench  the figures, quick
# make lock   resolve the dependencies anew
VENV := .venv
PY := $(VENV)/bin/python
RUN := $(VENV)/bin/
ARGS ?=

.PHONY: demo test check torture bench models install install-dev lock

demo: install models
	$(RUN)stornello demo $(ARGS)

test: install-dev
	$(MAKE) -j3 check models $(VENV)/peers
	$(RUN)pytest -n 3 --maxschedchunk 1 $(ARGS)

check: install-dev
	$(RUN)ruff format --check
	$(RUN)ruff check
	$(RUN)mypy
	$(RUN)lint-imports
	$(RUN)deptry .

torture: install-dev
	$(RUN)pytest -s -p no:randomly torture $(ARGS)
	HOSTILE_EXAMPLES=1000 $(RUN)pytest -n 2 --timeout 7200 tests/faults/test_hostile_*.py

bench: install-dev $(VENV)/peers
	$(PY) bench/pipeline.py --quick
	$(PY) bench/providers.py --quick

models: $(VENV)/installed
	$(RUN)stornello models fetch

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev

$(VENV)/installed: requirements.lock pyproject.toml scripts/install.sh
	./scripts/install.sh $(VENV) requirements.lock
	touch $@

# The tests record what the room hears: a PulseAudio of their own, with no sound card.
$(VENV)/installed-dev: requirements-dev.lock pyproject.toml scripts/install.sh
	./scripts/install.sh $(VENV) requirements-dev.lock pulseaudio pulseaudio-utils dbus-daemon
	touch $@ $(VENV)/installed

# Programs of others that the contract tests speak to, run by the node of the virtual environment.
$(VENV)/peers: tests/peers/package-lock.json scripts/peers.sh $(VENV)/installed-dev
	./scripts/peers.sh $(VENV)
	touch $@

lock: install-dev
	$(RUN)uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --extra embedded pyproject.toml -o requirements.lock
	$(RUN)uv pip compile --universal --python-version 3.11 --generate-hashes --all-extras --group dev --group voices -c requirements.lock pyproject.toml -o requirements-dev.lock
