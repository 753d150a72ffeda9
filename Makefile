# make run [PORT=8501]   open the app        make test   everything that must hold
# HOST=0.0.0.0 make run  the same for the whole network; who is not at this machine reads and changes nothing
# make test-engines      documents and pages in Chromium, Firefox and WebKit, at length
# make test-long         what `make test` runs a short form of: every event, three engines, hundreds of kills
# make quick             linters and quick tests, in two minutes
# make bench             ratios, not tests   make clean  forget the environment and caches
# make bench-methods     methods compared    make fuzz   100,000 broken files, 20,000 charts read back
# make bench-embeds      documents, requests, images and bundles beside other ways
# make audit             licences, a list of parts (SBOM) and, with a network, known faults of what the app needs
# make lock              pin what requirements*.txt allow, after a line there has changed [NEWEST=1]
# make bench-attack      readers under attack [ATTACK=--short]
# make bench-night       a night with readers and kills, from a call to its mark in an embed, in half an hour
# make bench-desk        100 processes killed while they edit and publish [DATABASE=postgresql://...]
# make bench-soak        memory and reruns over 20 minutes [MINUTES=20]

PORT ?= 8501
HOST ?= 127.0.0.1
MINUTES ?= 20
VENV ?= .venv
# A distribution's own Python is compiled with a profile of what runs. One of pyenv's was not, and took a fifth longer for
# the tests of pages and documents.
PYTHON ?= $(or $(shell for one in /usr/bin/python3.11 python3.11 python3; do \
  $$one -c "import ensurepip" 2>/dev/null && command -v $$one && break; done),python3)
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# As many processes as tests/conftest.py says.
WORKERS := -n auto
# Pinned here and where a distribution is built: nothing is looked for, and every machine has the same versions. Nothing
# is compiled: most modules are never imported, and would take a fifth of the disk and half of the time.
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --no-compile
# uv takes a fifth of pip's time. It reads none of pip's settings, so it is told what they say of where packages are and
# whom to trust; where it cannot install all the same, pip does.
LIKE_PIP := sed -n "s/^[^.]*\.index-url=/export UV_DEFAULT_INDEX=/p; s/^[^.]*\.extra-index-url=/export UV_INDEX=/p; \
  s/^[^.]*\.find-links=/export UV_FIND_LINKS=/p; s/^[^.]*\.cert=/export SSL_CERT_FILE=/p"
UV := UV_INDEX_STRATEGY=unsafe-best-match UV_LINK_MODE=copy $(BIN)/uv pip install --quiet --python $(BIN)/python \
  --constraints constraints.txt --build-constraints constraints.txt
# Python 3.11's own pip (23.2) takes three times as long to look at what the pins name.
INSTALL = eval "$$($(BIN)/python -m pip config list | $(LIKE_PIP))"; $(UV) -r $(1) \
  || { $(BIN)/python -m pip install --quiet pip==26.3 && $(PIP) -r $(1); }
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-package nightdesk \
  --custom-compile-command "make lock" $(if $(NEWEST),--upgrade)
# What the app imports, compiled.
COMPILED := $(BIN)/python -c 'import logging; logging.disable(); import app'
# What Python compiles is kept: tests start a hundred processes.
unexport PYTHONDONTWRITEBYTECODE
SOURCES := app.py components data pages tests bench fuzz docs/picture.py docs/desk_pictures.py

.PHONY: run test test-engines test-long audit quick lint types unit picture desk-pictures bench bench-embeds bench-methods bench-soak bench-attack bench-desk fuzz browser engines servers parent lock clean
.DEFAULT_GOAL := run

run: $(VENV)/.run
	@echo "Nightdesk: http://localhost:$(PORT)"
	@$(BIN)/streamlit run app.py --server.address $(HOST) --server.port $(PORT)

# What is installed for tests is installed before anything runs beside anything else; mypy runs beside the tests, which
# leave a core idle while they wait for a browser.
test: lint browser engines servers parent
	$(MAKE) --no-print-directory -j 2 types unit

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache --no-logo

types: $(VENV)/.dev
	$(BIN)/mypy $(SOURCES)

unit: $(VENV)/.dev browser engines servers parent
	$(BIN)/python -m pytest --no-skips $(WORKERS) -m "not long"

# All of tests/engines; `make test` runs a part of it in each engine.
test-engines: $(VENV)/.dev browser engines parent
	$(BIN)/python -m pytest --no-skips $(WORKERS) tests/engines

# Of tests that have a short and a long form, what only the long one holds.
test-long: $(VENV)/.dev browser engines servers parent
	$(BIN)/python -m pytest --no-skips $(WORKERS) -m long

# While one works: nothing that drives a browser or starts the app, none of the tests that take most of the time, and
# fewer examples where they are made up.
quick: lint
	$(BIN)/python -m pytest $(WORKERS) --hypothesis-profile quick --ignore tests/browser --ignore tests/engines \
	  -m "not slow and not long"

# The README's picture, drawn by the project itself.
picture: $(VENV)/.run
	$(BIN)/python -m docs.picture

# The pictures of docs/desk.md, taken in Chromium at a desk that is made for them.
desk-pictures: $(VENV)/.dev browser
	$(BIN)/python -m docs.desk_pictures

# Requests per second take wrk, the load generator (Debian: apt-get install wrk), here and in bench-embeds.
bench: $(VENV)/.dev browser servers
	$(BIN)/python -m bench

bench-embeds: $(VENV)/.dev browser
	$(BIN)/python -m bench.embeds

# ATTACK=--short tries it in two minutes instead of twenty and the time that 20,000 embeds take.
bench-attack: $(VENV)/.dev servers
	$(BIN)/python -m bench.attack $(ATTACK)

bench-soak: $(VENV)/.dev
	$(BIN)/python -m bench.soak --minutes $(MINUTES)

bench-night: $(VENV)/.dev
	$(BIN)/python -m bench.night

# How often the store opened with the readers' folder whole, before and after anything was mended.
bench-desk: $(VENV)/.dev
	$(BIN)/python -m tests.support.desk_writers kill "$$(mktemp -d)" "$(DATABASE)" 100

# Ours beside simpler ways, on the same synthetic nights.
bench-methods: $(VENV)/.dev
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m bench.methods

fuzz: $(VENV)/.dev
	$(BIN)/python -m fuzz.trends_csv --inputs 100000
	$(BIN)/python -m fuzz.sentences --cases 20000

# The stamps hold the moment of the last install: a second run installs nothing and needs no network. What the app
# imports is compiled here, so that its first start is as quick as any other; what only tests import is compiled by the
# first process of theirs. What tests want includes what the app wants, and is installed at once.
$(VENV)/.run: $(BIN)/python requirements.txt constraints.txt pyproject.toml
	@$(call INSTALL,requirements.txt)
	$(COMPILED)
	touch $@

$(VENV)/.dev: $(BIN)/python $(wildcard requirements*.txt) constraints.txt pyproject.toml
	@$(call INSTALL,requirements-dev.txt)
	$(COMPILED)
	touch $(VENV)/.run $@

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Nightdesk wants Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv==0.13.9

# Pins that fit every bound on Python 3.11 and newer and on every system; those that still fit stay, unless NEWEST=1.
# pip refuses this folder (-e .) beside hashes, so it is left out of both, and deployments install it by itself.
lock: $(BIN)/python
	$(COMPILE) requirements-dev.txt -o constraints.txt
	$(COMPILE) requirements.txt -c constraints.txt --generate-hashes -o requirements.lock

# Of what the lock names, with tools in an environment of their own. What PyPI knows of faults takes a network.
audit: $(VENV)/.run
	@mkdir -p build
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet pip-audit==2.10.1 cyclonedx-bom==7.5.0
	$(VENV)/audit/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible -o build/sbom.json
	$(BIN)/python -m tests.support.licences
	@if $(BIN)/python -c 'import re, urllib.request as web; \
	    first = re.search("(?m)^([\\w.-]+)==([\\w.]+)", open("requirements.lock").read()); \
	    web.urlopen("https://pypi.org/pypi/%s/%s/json" % first.groups(), timeout=10)' 2>/dev/null; \
	  then $(VENV)/audit/bin/pip-audit --strict --requirement requirements.lock --disable-pip; \
	  else echo "What PyPI knows of faults is not to be reached: none were looked up."; fi

# Chromium without a window of its own takes a third less of a processor for each page. Where it is not to be had, the
# tests take Chromium itself. Both are asked for at once: they want the same version of what they share.
browser:
	@[ -n "$$CHROMIUM" ] || command -v chromium-headless-shell >/dev/null \
	  || { command -v apt-get >/dev/null && $(SUDO) apt-get update -q \
	    && $(SUDO) apt-get install -y -q chromium chromium-headless-shell; } \
	  || echo "Chromium without a window (chromium-headless-shell) is not to be had; the tests take longer."
	@command -v "$${CHROMIUM:-chromium}" chromium chromium-browser google-chrome >/dev/null \
	  || { command -v apt-get >/dev/null && $(SUDO) apt-get update -q && $(SUDO) apt-get install -y -q chromium; } \
	  || { echo "The browser tests want Chromium: install it, or set CHROMIUM to its path."; exit 1; }

# Readers are on Firefox and Safari, too: Firefox itself, the engine of Safari on a screen that nobody sees, and the
# driver of Chromium.
engines:
	@{ command -v WebKitWebDriver && command -v Xvfb && command -v chromedriver \
	    && { command -v firefox-esr || command -v firefox; }; } >/dev/null \
	  || { command -v apt-get >/dev/null && $(SUDO) apt-get update -q \
	    && $(SUDO) apt-get install -y -q webkit2gtk-driver xvfb chromium-driver firefox-esr; } \
	  || { echo "The tests in three engines want WebKitWebDriver, Xvfb, chromedriver and Firefox: install them."; exit 1; }

# What deploy/ and the desk are tested with. Tests start servers of their own, and never touch those of the system.
servers:
	@{ command -v redis-server && ls /usr/lib/postgresql/*/bin/initdb && PATH="$$PATH:/usr/sbin" command -v nginx \
	    && test -e /usr/lib/nginx/modules/ngx_http_js_module.so; } >/dev/null \
	  || { command -v apt-get >/dev/null && $(SUDO) apt-get update -q \
	    && $(SUDO) apt-get install -y -q nginx libnginx-mod-http-js redis-server postgresql; } \
	  || { echo "The tests want nginx with its JavaScript module, redis-server and postgresql: install them."; exit 1; }

# The parent script of pym.js, by its pinned checksum: tests embed a chart as its hosts do.
parent: $(VENV)/.dev
	$(BIN)/python -m tests.support.pym

clean:
	rm -rf $(VENV) *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
