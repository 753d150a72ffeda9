# make run [PORT=8501]   open the app        make test   everything that must hold
# make bench             ratios, not tests   make clean  forget the environment and caches
# make bench-methods     methods compared    make fuzz   100,000 broken files into the importer
# make bench-embeds      documents, requests, images and bundles beside other ways
# make bench-soak        memory and reruns over 20 minutes [MINUTES=20]

PORT ?= 8501
MINUTES ?= 20
VENV ?= .venv
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
SOURCES := app.py components data pages tests bench fuzz docs/picture.py

.PHONY: run test lint types unit picture bench bench-embeds bench-methods bench-soak fuzz browser servers parent clean
.DEFAULT_GOAL := run

run: $(VENV)/.run
	@echo "Nightdesk: http://localhost:$(PORT)"
	@$(BIN)/streamlit run app.py --server.port $(PORT)

test: lint types unit

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache --no-logo

types: $(VENV)/.dev
	$(BIN)/mypy $(SOURCES)

unit: $(VENV)/.dev browser servers parent
	$(BIN)/python -m pytest --no-skips

# The README's picture, drawn by the project itself.
picture: $(VENV)/.run
	$(BIN)/python -m docs.picture

# Requests per second take wrk, the load generator (Debian: apt-get install wrk), here and in bench-embeds.
bench: $(VENV)/.dev browser servers
	$(BIN)/python -m bench

bench-embeds: $(VENV)/.dev browser
	$(BIN)/python -m bench.embeds

bench-soak: $(VENV)/.dev
	$(BIN)/python -m bench.soak --minutes $(MINUTES)

# Ours beside simpler ways, on the same synthetic nights.
bench-methods: $(VENV)/.dev
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m bench.methods

fuzz: $(VENV)/.dev
	$(BIN)/python -m fuzz.trends_csv --inputs 100000

# The stamps hold the moment of the last install: a second run installs nothing and needs no network.
$(VENV)/.run: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Nightdesk wants Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@

browser:
	@command -v "$${CHROMIUM:-chromium}" chromium chromium-browser google-chrome >/dev/null \
	  || { command -v apt-get >/dev/null && $(SUDO) apt-get update -q && $(SUDO) apt-get install -y -q chromium; } \
	  || { echo "The browser tests want Chromium: install it, or set CHROMIUM to its path."; exit 1; }

# What deploy/ is tested with. Tests start servers of their own, and never touch those of the system.
servers:
	@{ command -v redis-server && PATH="$$PATH:/usr/sbin" command -v nginx \
	    && test -e /usr/lib/nginx/modules/ngx_http_js_module.so; } >/dev/null \
	  || { command -v apt-get >/dev/null && $(SUDO) apt-get update -q \
	    && $(SUDO) apt-get install -y -q nginx libnginx-mod-http-js redis-server; } \
	  || { echo "The tests of deploy/ want nginx with its JavaScript module, and redis-server: install them."; exit 1; }

# The parent script of pym.js, by its pinned checksum: tests embed a chart as its hosts do.
parent: $(VENV)/.dev
	$(BIN)/python -m tests.support.pym

clean:
	rm -rf $(VENV) *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
