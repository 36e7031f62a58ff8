# Two commands do it all: `make demo` shows nixgen at work, `make test` passes all tests.

VENV = .venv
PYTHON = $(VENV)/bin/python
NIXGEN = $(VENV)/bin/nixgen
PYTEST_FLAGS =
BENCH_FLAGS =

GIVEN_NIX_CONFIG := $(NIX_CONFIG)

# Nothing of the debian package set is in a binary cache: do not wait for one.
export NIX_CONFIG = substituters =

.PHONY: demo test test-debian test-rooms lint setup lock bench clean
.DEFAULT_GOAL = demo

# What the machine is made ready for: demo, test or rooms (scripts/setup.sh).
PURPOSE = $(if $(filter test-rooms,$(MAKECMDGOALS)),rooms,$(if $(filter-out demo,$(MAKECMDGOALS)),test,demo))

setup:
	@scripts/setup.sh $(VENV) $(PURPOSE)

lock: setup
	@$(NIXGEN) packages lock

demo: lock
	@scripts/demo.sh $(NIXGEN)

test: lint lock
	$(PYTHON) -m pytest -n 2 --ignore=tests/rooms $(PYTEST_FLAGS)

# The tests of images, services and commands in the rooms that users work in (tests/rooms/): they
# bring a second container engine, Nix's daemon and another Debian along.
test-rooms: lock
	$(PYTHON) -m pytest -n 3 tests/rooms $(PYTEST_FLAGS)

# All programs of tests/debian/matrix.json, in images of Debian packages; `make test` has two.
test-debian: lock
	NIXGEN_TEST_DEBIAN=1 $(PYTHON) -m pytest tests/debian $(PYTEST_FLAGS)

lint: setup
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	git ls-files '*.sh' | xargs shellcheck
	$(NIXGEN) emit --check

# A table of all figures; NIXPKGS=PATH measures dockerTools of that nixpkgs too. Its programs may
# come from a binary cache; of what is measured nothing does.
bench: export NIX_CONFIG = $(GIVEN_NIX_CONFIG)
bench: lock
	@$(PYTHON) -m bench $(if $(NIXPKGS),--nixpkgs $(NIXPKGS)) $(BENCH_FLAGS)

clean:
	rm -rf $(VENV) .nixgen result result-* dist
