#!/bin/sh
# Install cert-monitor from the folder that this script is in, without network: ./install.sh --help
set -eu
umask 022

usage() {
    cat <<'TEXT'
usage: ./install.sh [--prefix DIR] [--python PROGRAM] [--only-files]

Installs cert-monitor, or a newer version of it, from this folder. Nothing is downloaded, and no service is started
that was not running before.

  --prefix DIR      folder of the program and of nothing else (default /opt/cert-monitor)
  --python PROGRAM  CPython 3.11, 3.12 or 3.13 (default: the newest that is found)
  --only-files      only the program: no systemd unit, no example configuration, no links in /usr/local
TEXT
}

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

prefix=/opt/cert-monitor python='' only_files=''
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ $# -gt 1 ] || fail "--prefix needs a folder"; prefix=$2; shift ;;
        --python) [ $# -gt 1 ] || fail "--python needs a program"; python=$2; shift ;;
        --only-files) only_files=yes ;;
        --help | -h) usage; exit 0 ;;
        *) usage >&2; fail "$1 is not known" ;;
    esac
    shift
done
case $prefix in
    /*) ;;
    *) fail "--prefix must be an absolute path" ;;
esac
# Both are written into scripts and units.
plain() {
    case $2 in
        *[!A-Za-z0-9/._+-]*) fail "$1 may have letters, digits and / . _ + - only: $2" ;;
    esac
}
plain --prefix "$prefix"
prefix=${prefix%/}
# A folder with other things in it, such as /usr/local, is never taken: what is in its lib would be replaced.
mark=$prefix/.cert-monitor-bundle
if [ ! -e "$mark" ] && [ -n "$(ls -A "$prefix/" 2>/dev/null)" ]; then
    fail "$prefix/ has other files: choose a folder of its own for cert-monitor"
fi
source=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

# The wheels are for these; -I keeps the caller's variables and folders out.
suits() {
    "$1" -I -c '
import platform, sys
right = (3, 11) <= sys.version_info < (3, 14) and sys.implementation.name == "cpython"
sys.exit(not (right and platform.machine() == "x86_64" and platform.libc_ver()[0] == "glibc"))' 2>/dev/null
}
if [ -n "$python" ]; then
    suits "$python" || fail "$python is not CPython 3.11, 3.12 or 3.13 for x86_64 with glibc"
else
    for name in python3.13 python3.12 python3.11 python3; do
        if suits "$name"; then
            python=$name
            break
        fi
    done
    [ -n "$python" ] || fail "no CPython 3.11, 3.12 or 3.13 for x86_64 was found; name one with --python"
fi
python=$("$python" -I -c 'import sys; print(sys.executable)')
plain --python "$python"

system=''
if [ -z "$only_files" ]; then
    [ "$(id -u)" = 0 ] || fail "installing a service needs root; without it use --only-files and --prefix"
    [ ! -e /usr/lib/systemd/system/cert-monitor.service ] ||
        fail "the Debian package is installed: upgrade that, or remove it first, which keeps configuration and database"
    system=yes
fi

echo "installing into $prefix for $python"
mkdir -p "$prefix/bin"
touch "$mark"
rm -rf "$prefix/lib.new"
set -- "$source"/pip-*.whl
# Neither the folder that this is called in (-P) nor any settings of pip change what is installed.
PIP_CONFIG_FILE=/dev/null PYTHONPATH=$1 "$python" -sP -m pip --isolated --disable-pip-version-check --quiet install \
    --no-index --find-links "$source/wheels" --no-deps --require-hashes --no-cache-dir --root-user-action ignore \
    --target "$prefix/lib.new" --requirement "$source/requirements.txt"
# Everything that is compiled can be loaded here, before the old version goes.
"$python" -IsP -c 'import sys
sys.path.insert(0, sys.argv[1])
import aiohttp, bcrypt, cryptography.x509, monitor.cli, pydantic, sqlalchemy, yaml' "$prefix/lib.new" ||
    fail "the packages do not run on this machine; nothing was changed"

rm -rf "$prefix/lib.old"
[ ! -e "$prefix/lib" ] || mv "$prefix/lib" "$prefix/lib.old"
mv "$prefix/lib.new" "$prefix/lib"
rm -rf "$prefix/lib.old"
sed -e "s#@PYTHON@#$python#" -e "s#@FOLDER@#$prefix/lib#" "$source/launcher.in" >"$prefix/bin/cert-monitor.new"
chmod 755 "$prefix/bin/cert-monitor.new"
mv "$prefix/bin/cert-monitor.new" "$prefix/bin/cert-monitor"
rm -rf "$prefix/share"
cp -R "$source/share" "$prefix/share"
cp "$source/cert-monitor.example.yaml" "$source/agent.example.yaml" "$source/LICENSE" "$prefix/share/"
cp "$source/uninstall.sh" "$prefix/uninstall.sh"

# A link is replaced; what somebody put there stays.
link() {
    if [ -L "$2" ] || [ ! -e "$2" ]; then
        mkdir -p "$(dirname "$2")"
        ln -sfn "$1" "$2"
    else
        echo "$2 is not ours and stays as it is; call $1" >&2
    fi
}
if [ -n "$system" ]; then
    link "$prefix/bin/cert-monitor" /usr/local/bin/cert-monitor
    link "$prefix/share/man/man1/cert-monitor.1.gz" /usr/local/share/man/man1/cert-monitor.1.gz
    link "$prefix/share/bash-completion/completions/cert-monitor" \
        /usr/local/share/bash-completion/completions/cert-monitor
    mkdir -p /etc/cert-monitor /etc/systemd/system
    cp "$source/cert-monitor.example.yaml" "$source/agent.example.yaml" /etc/cert-monitor/
    for unit in cert-monitor.service cert-monitor-agent.service; do
        sed "s#/opt/cert-monitor#$prefix#g" "$source/$unit" >"/etc/systemd/system/$unit"
    done
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        systemctl try-restart cert-monitor.service cert-monitor-agent.service
    fi
fi

"$prefix/bin/cert-monitor" --version
if [ -n "$system" ] && [ ! -e /etc/cert-monitor/cert-monitor.yaml ]; then
    cat <<'TEXT'
next: cert-monitor setup, which asks what it needs and starts the service. Or write
/etc/cert-monitor/cert-monitor.yaml (an example is beside it), and then:
  cert-monitor validate-config /etc/cert-monitor/cert-monitor.yaml
  systemctl enable --now cert-monitor
TEXT
fi
