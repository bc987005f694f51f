# The commands of this project. Everything happens in .venv; `make` alone lists them.
# On Windows, or in an environment of your own: python -m course --help

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
COURSE := $(BIN)/python -m course
ENVIRONMENT := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help book check test-quick test test-full run student grade sample-class nbgrader exam gradescope pdf slides launch lab edit numbers timings bench compile lock wheelhouse canary clean

help:
	@echo "make book       render the book to _build/html/index.html"
	@echo "                (SOLUTIONS=withheld: without any solution)"
	@echo "make check      check style, types and declared imports, in seconds"
	@echo "make test-quick  run the tests that need no fit, no browser and no built book"
	@echo "make test       run every test"
	@echo "make test-full  run the slow tests too"
	@echo "make run        execute all chapters again, in place"
	@echo "make student    write the exercises without their solutions to _build/student"
	@echo "                (VARIANTS=class.csv: for each student, with data of their own)"
	@echo "make grade      grade the notebooks of a class (SUBMISSIONS=folder)"
	@echo "make sample-class  write the sample class again"
	@echo "make nbgrader   write the exercises in nbgrader's format to _build/nbgrader"
	@echo "make exam       make an exam paper and its key in _build/exam"
	@echo "                (ITEMS=\"third-song slopes\", CHAPTERS=lecture: only these)"
	@echo "make gradescope  write the autograder for Gradescope to _build/gradescope.zip"
	@echo "make pdf        print the book to one PDF, offered on the site from then on"
	@echo "make slides     make slides of the lecture and beyond, offered on the site from then on"
	@echo "make launch     write the branch that Colab and Binder open"
	@echo "make compile    compile the models once, so that first fits are quick"
	@echo "make lab        open a workspace of your own, work/, in JupyterLab"
	@echo "make edit       open the authors' notebooks, solutions included, in JupyterLab"
	@echo "make numbers    print the number ledger"
	@echo "make timings    measure the fits and chapters, for the page on timings"
	@echo "make bench      measure this book against R and other samplers, for its page"
	@echo "make lock       choose new package versions for requirements.txt"
	@echo "make wheelhouse  write all that a machine without a network needs to _build/wheelhouse"
	@echo "make canary     run the chapters with the newest versions, and say what broke"
	@echo "make clean      remove what make made, the environment too; never work/"

book: $(ENVIRONMENT)
	@$(COURSE) book $(if $(SOLUTIONS),--solutions $(SOLUTIONS))

check: $(ENVIRONMENT)
	@$(COURSE) check

test-quick: $(ENVIRONMENT)
	@$(COURSE) test --quick

test: $(ENVIRONMENT)
	@$(COURSE) test

test-full: $(ENVIRONMENT)
	@$(COURSE) test --full

run: $(ENVIRONMENT)
	@$(COURSE) run

student: $(ENVIRONMENT)
	@$(COURSE) student $(if $(VARIANTS),--variants "$(VARIANTS)")

grade: $(ENVIRONMENT)
	@test -n "$(SUBMISSIONS)" || { echo "Say what to grade: make grade SUBMISSIONS=folder"; exit 2; }
	@$(COURSE) grade "$(SUBMISSIONS)" $(OPTIONS)

sample-class: $(ENVIRONMENT)
	@$(BIN)/python -m course.grading.samples

nbgrader: $(ENVIRONMENT)
	@$(COURSE) nbgrader

exam: $(ENVIRONMENT)
	@$(COURSE) exam $(if $(ITEMS),--items $(ITEMS)) $(if $(CHAPTERS),--chapters $(CHAPTERS))

gradescope: $(ENVIRONMENT)
	@$(COURSE) gradescope $(OPTIONS)

launch: $(ENVIRONMENT)
	@$(COURSE) launch

slides: $(ENVIRONMENT)
	@$(COURSE) slides $(if $(SOLUTIONS),--solutions $(SOLUTIONS))

pdf: $(ENVIRONMENT)
	@$(COURSE) pdf $(if $(SOLUTIONS),--solutions $(SOLUTIONS))

# Where this fails, for want of data, fits only start later: JupyterLab opens all the same.
lab edit: $(ENVIRONMENT)
	@test -e .venv/.compiled || { $(COURSE) compile && touch .venv/.compiled; } || true
	@$(COURSE) $@ -- $(OPTIONS)

numbers: $(ENVIRONMENT)
	@$(COURSE) numbers

timings: $(ENVIRONMENT)
	@$(COURSE) timings

bench: $(ENVIRONMENT)
	@$(COURSE) bench

compile: $(ENVIRONMENT)
	@$(COURSE) compile

lock: $(ENVIRONMENT)
	@$(COURSE) lock

wheelhouse: $(ENVIRONMENT)
	@$(COURSE) wheelhouse

canary: $(ENVIRONMENT)
	@$(COURSE) canary

# Whether solutions are withheld is not forgotten: it changes only when it is said by name.
clean:
	rm -rf .venv .pytest_cache *.egg-info
	test ! -d _build || find _build -mindepth 1 -maxdepth 1 -not -name solutions.txt -exec rm -rf {} +
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

$(ENVIRONMENT): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || { \
		echo "This book needs Python 3.12 or later, and \"$(if $(PYTHON),$(PYTHON),python3)\" is not that."; \
		echo "Install it, or name it: make PYTHON=/path/to/python3.13"; exit 1; }
	@echo "Making the environment in .venv with $$("$(PYTHON)" --version) ..."
	@"$(PYTHON)" -m venv .venv || { \
		echo "Python's venv module does not work here; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@{ $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep '^uv==' requirements.txt)" && \
		$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode \
			-r requirements.txt --editable . ; } || { \
		echo "The packages in requirements.txt could not be installed. Is there a network?"; \
		echo "Nothing is lost: run the same command again when there is one."; exit 1; }
	@touch $@
