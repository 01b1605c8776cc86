#!/bin/sh
# Make a virtual environment once: environment.sh FOLDER STAMP [PIP ARGUMENT ...]
# Picks a Python >= 3.11 ($PYTHON if set), says plainly what is missing, and leaves STAMP only when all went well.
set -eu
folder=$1; stamp=$2; shift 2

suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if suits "$candidate"; then echo "$candidate"; return; fi
    done
    for candidate in ${PYTHON:-python3 python}; do
        found=$("$candidate" --version 2>&1) || continue
        echo "azureml-emulator needs Python 3.11 or newer; '$candidate' is $found." >&2
        echo "Install a newer one, or name it: make PYTHON=/path/to/python3.12" >&2
        return 1
    done
    echo "azureml-emulator needs Python 3.11 or newer; no '${PYTHON:-python3}' was found on PATH." >&2
    return 1
}

if [ ! -x "$folder/bin/python" ] || ! suits "$folder/bin/python"; then
    python=$(find_python)
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        echo "$("$python" --version) at '$python' has no venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
    rm -rf "$folder"
    "$python" -m venv "$folder"
fi
rm -f "$stamp"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
touch "$stamp"
