#!/bin/sh
# Gradescope runs this once, as root and with a network, when it builds the image of an assignment.
# It installs Python and the packages, all pinned, and compiles the models; no conda, no TeX.
set -eu
root=${AUTOGRADER_ROOT:-/autograder}
cd "$root/source"
export UV_PYTHON_INSTALL_DIR="$root/python" UV_CACHE_DIR="$root/uv/cache" # for all users to read

missing=
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
ldconfig -p | grep -q 'libseccomp\.so\.2' || missing="$missing libseccomp2"
command -v g++ >/dev/null || missing="$missing g++"
if [ -n "$missing" ]; then
    apt-get update
    # shellcheck disable=SC2086 # several words
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
fi

python3 -m venv "$root/uv"
"$root/uv/bin/python" -m pip install --quiet --disable-pip-version-check "$(grep '^uv==' requirements.txt)"
"$root/uv/bin/uv" venv --quiet --clear --python "$(cat python-version)" "$root/environment"
"$root/uv/bin/uv" pip install --quiet --python "$root/environment/bin/python" --compile-bytecode \
    --constraint requirements.txt --requirement pyproject.toml filelock jinja2 nbformat
rm -rf "$root/uv"

chmod go= "$root/source"
exec env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 XDG_CACHE_HOME="$root/cache" \
    PYTHONPATH="$root/source" "$root/environment/bin/python" \
    -m course.grading.gradescope_run "$root" --warm-up
