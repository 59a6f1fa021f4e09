# Everything a fresh machine needs is Python 3.11 and make; `make run` brings the rest.
PYTHON ?= python3
UV ?= uv
BENCH ?= all

# Where it is set, as in many containers, every start would compile all of Python again: some three seconds.
unexport PYTHONDONTWRITEBYTECODE

# What `check --deploy` judges: the settings as a production machine would have them. Nothing is connected to.
LIKE_PRODUCTION = APP_ENV=production ALLOWED_HOSTS=hall.example.com REDIS_URL=redis://redis/0 \
	SECRET_KEY=neither-secret-nor-used-but-long-enough-with-0123456789 \
	DATABASE_URL=postgres://web@db/nuanchuang DATABASE_OWNER_URL=postgres://owner@db/nuanchuang

.PHONY: setup dev run test lint bench screenshots messages requirements

setup:
	@$(PYTHON) config/installation.py

dev:
	@$(PYTHON) config/installation.py dev

run: setup
	@.venv/bin/python -m config.run

test: dev
	@.venv/bin/python -m pytest -n 2 --dist worksteal $(TESTS)

lint: dev
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy .
	@.venv/bin/lint-imports
	@.venv/bin/python manage.py makemigrations --check --dry-run
	@$(LIKE_PRODUCTION) .venv/bin/python manage.py check --deploy --fail-level WARNING

bench: setup
	@.venv/bin/python manage.py bench $(BENCH)

# The pictures of docs/people, of a demo company on servers of its own (needs Debian's chromium).
screenshots: dev
	@.venv/bin/python -m tests.screenshots

# Collect the sentences to translate (needs GNU gettext), then compile what is translated.
messages: setup
	@.venv/bin/python manage.py makemessages --locale zh_Hans --no-obsolete --add-location file --ignore .venv
	@$(PYTHON) config/installation.py

# Pin every package with its hashes, for every platform and every Python since 3.11.2.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	--no-emit-index-url --no-emit-find-links --no-header
requirements:
	@cd requirements && $(COMPILE) runtime.in --output-file ../requirements.txt
	@cd requirements && $(COMPILE) embedded.in --output-file embedded.txt
	@cd requirements && $(COMPILE) dev.in --output-file dev.txt
