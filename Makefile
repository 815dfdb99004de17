# What a person types. Each target is a script in scripts/, which can also be run by itself.
NAME ?= all
JOBS ?= 100000
FAULTS ?= 200

.DEFAULT_GOAL := help
.PHONY: help setup demo build test stress threads fuzz bench lint format clean

help:   ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## install what is missing: packages, model server, default model
	@scripts/setup.sh

demo:   ## set up, build, read a real document and show what was learnt
	@scripts/demo.sh

build:  ## leave the program at build/almagest
	@scripts/build.sh

test:   ## every test
	@scripts/test.sh

stress: ## the queue under faults, with an oracle; JOBS=… FAULTS=… SEED=…
	@scripts/stress.sh --jobs $(JOBS) --faults $(FAULTS) $(if $(SEED),--seed $(SEED))

threads: ## the dispatcher under the thread sanitizer; the first time builds for a quarter of an hour
	@scripts/thread-sanitizer.sh

fuzz:   ## ten minutes of each fuzzer; SECONDS=… for less, NAME=… for one of them
	@scripts/fuzz.sh $(or $(SECONDS),600) $(filter-out all,$(NAME))

bench:  ## measure; NAME=… for one of them; figures in build/bench/
	@bench/run.sh $(NAME)

lint:   ## arrows between rooms, formatting, clang-tidy on what changed
	@scripts/lint.sh

format: ## clang-format over all sources
	@scripts/format.sh

clean:  ## remove build/ (not ~/.almagest and not the cache)
	@rm -rf build
