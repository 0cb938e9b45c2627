#!/bin/sh
# Install what is missing: system packages, a virtual environment, the locked dependencies and Stornello itself.
# Usage: scripts/install.sh VENV LOCKFILE [PACKAGE...]   the packages are Debian's, where there is apt-get
set -eu
venv=$1 lock=$2
shift 2

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else echo "Stornello needs root (or sudo) to install: $*" >&2; exit 1
    fi
}

python() {
    for name in python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"; return
        fi
    done
}

missing=
command -v mpv >/dev/null || missing="$missing mpv"
command -v ffmpeg >/dev/null || missing="$missing ffmpeg"
if command -v dpkg-query >/dev/null; then
    for package; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
    done
fi

if [ -n "$missing" ] || [ -z "$(python)" ]; then
    if command -v apt-get >/dev/null; then
        [ -n "$(python)" ] || missing="$missing python3 python3-venv"
        echo "Installing:$missing"
        as_root apt-get update -qq
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    elif command -v brew >/dev/null; then
        [ -n "$(python)" ] || missing="$missing python@3.12"
        brew install $missing
    else
        echo "Please install mpv, ffmpeg and Python 3.11 or later (with venv), then run the same command again." >&2
        exit 1
    fi
fi

found=$(python)
if [ -z "$found" ]; then
    echo "Stornello needs Python 3.11 or later; this system has none. Install one and run the same command again." >&2
    exit 1
fi

"$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$found" -m venv --clear "$venv"
[ -x "$venv/bin/uv" ] || "$venv/bin/python" -m pip install --quiet --disable-pip-version-check 'uv>=0.8,<1'
echo "Installing the locked dependencies"
"$venv/bin/uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" --require-hashes -r "$lock"
"$venv/bin/uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" --no-deps -e .
