# Every target sets up what it needs, once: a stamp file in .venv says that it is done.
# PYTHON=python3.12 names another interpreter for .venv. What `make run` takes stands in infra/local.py.

PYTHON ?= python3
RUN := .venv/bin/python
PIP := $(RUN) -m pip install --quiet --disable-pip-version-check --requirement

# The end of a recipe that has named Debian packages in $missing.
define install_missing
if [ -z "$$missing" ]; then :; \
elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
else echo "make: this also wants:$$missing (names of Debian packages)" >&2; fi
endef

.DEFAULT_GOAL := run
.NOTPARALLEL:
.PHONY: run test check faults fuzz sabotage bench token openapi image image-check image-tools package package-check parameters deploy clean system

run: .venv/.run
	@$(RUN) -m infra.local

test: system check .venv/package/.done
	$(RUN) -m pytest

check: .venv/.test
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(RUN) -m tests.lint_lua

faults: system .venv/.test
	$(RUN) -m tests.faults $(ROWS)

bench: .venv/.test
	$(RUN) -m bench

# Six minutes on two idle cores: one rule after the other is broken on purpose, and the suite must notice each time.
sabotage: system .venv/.test
	$(RUN) -m tests.sabotage

token: .venv/.run
	@$(RUN) -m infra.issue

# CASES=20000 and SEED= are its settings; a failed run says with which it is the same again.
fuzz: .venv/.test
	@$(RUN) -m tests.fuzz

openapi: .venv/.run
	$(RUN) -m infra.openapi

# BASE=NAME@sha256:..., TAG= and VERSION= are its settings.
image: .venv/.run
	@$(RUN) -m infra.image

image-check: image-tools .venv/.run
	@$(RUN) -m infra.image.check

# No credentials are needed, and no Docker: the template names the image, it does not hold it.
package: .venv/.run
	@$(RUN) -m infra.packaging $(or $(STAGE),prod)

package-check: package .venv/.test .venv/package/.done
	@$(RUN) -m infra.packaging.check

parameters: .venv/.run
	@$(RUN) -m infra.packaging.document

# PARAMETERS="Name=value ...", IMAGE_TAG= (to roll back), DRY=1, YES=1: see infra/deploy.py.
deploy:
	@test -n "$(STAGE)" || { echo "make: say STAGE=, the stage that is to be deployed" >&2; exit 1; }
	@$(MAKE) --no-print-directory package-check STAGE=$(STAGE)
	@$(RUN) -m infra.deploy

# The data of `make run` in .data stay; FRESH=1 is what empties them.
clean:
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.run: infra/requirements-local.txt requirements.txt | .venv/bin/pip
	@echo "Installing what the service needs into .venv; the first time takes about a minute."
	@$(PIP) $<
	@touch $@

.venv/.test: requirements-dev.txt infra/requirements-local.txt infra/requirements-publish.txt requirements.txt | .venv/bin/pip
	@echo "Installing what the tests need into .venv; the first time takes a minute or two."
	@$(PIP) $<
	@touch $@

# What translates the template wants another pydantic than the service, so it has a venv of its own.
.venv/package/.done: infra/requirements-package.txt | .venv/bin/pip
	@echo "Installing what translates the template into .venv/package; the first time takes half a minute."
	@$(RUN) -m venv --clear .venv/package
	@.venv/package/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# pip is the last thing that venv makes: where it stands, .venv is complete.
.venv/bin/pip:
	@command -v "$(PYTHON)" >/dev/null || { echo "make: there is no $(PYTHON); install Python 3.11 or newer, or name one with PYTHON=" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $(PYTHON) is older than 3.11; name a newer one with PYTHON=" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "make: $(PYTHON) cannot make a venv; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@"$(PYTHON)" -m venv .venv

# What the tests need and pip cannot bring: Debian's Redis, node for the verifier in docs/admission-token.md, a C
# compiler for the clock shim, and a browser with letters of both languages for the pages.
system:
	@missing=""; \
	command -v redis-server >/dev/null || missing="$$missing redis-server"; \
	command -v node >/dev/null || missing="$$missing nodejs"; \
	command -v gcc >/dev/null || missing="$$missing gcc"; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	test -d /usr/share/fonts/truetype/nanum || missing="$$missing fonts-nanum"; \
	test -d /usr/share/fonts/truetype/dejavu || missing="$$missing fonts-dejavu-core"; \
	test -e /usr/include/stdio.h || missing="$$missing libc6-dev"; \
	test -e .venv/bin/pip || "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || missing="$$missing python3-venv"; \
	$(install_missing)

# What `make image-check` builds with.
image-tools:
	@missing=""; \
	command -v buildah >/dev/null || missing="$$missing buildah crun"; \
	command -v debootstrap >/dev/null || test -e /usr/sbin/debootstrap || missing="$$missing debootstrap"; \
	test -e .venv/bin/pip || "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || missing="$$missing python3-venv"; \
	$(install_missing)
