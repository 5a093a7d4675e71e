#!/bin/sh
# Remove what install.sh installed; configuration and state stay unless --purge is given.
set -eu

usage() {
    cat <<'TEXT'
usage: uninstall.sh [--prefix DIR] [--purge]

  --prefix DIR  folder of the program (default: the folder of this script, or /opt/cert-monitor)
  --purge       remove /etc/cert-monitor, /var/lib/cert-monitor and /var/lib/cert-monitor-agent too, with all passwords
                and records
TEXT
}

fail() {
    echo "uninstall.sh: $*" >&2
    exit 1
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
prefix=/opt/cert-monitor purge=''
[ ! -e "$here/.cert-monitor-bundle" ] || prefix=$here
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ $# -gt 1 ] || fail "--prefix needs a folder"; prefix=${2%/}; shift ;;
        --purge) purge=yes ;;
        --help | -h) usage; exit 0 ;;
        *) usage >&2; fail "$1 is not known" ;;
    esac
    shift
done
case $prefix in
    /*) ;;
    *) fail "--prefix must be an absolute path" ;;
esac
# Only install.sh writes this file: the folder and what is in its lib are ours.
[ -e "$prefix/.cert-monitor-bundle" ] || fail "$prefix/ was not installed by install.sh"

units=/etc/systemd/system found=''
for unit in cert-monitor.service cert-monitor-agent.service; do
    if grep -qs "^ExecStart=$prefix/bin/cert-monitor " "$units/$unit"; then
        [ ! -d /run/systemd/system ] || systemctl disable --now "$unit"
        rm -f "$units/$unit"
        found=yes
    fi
done
[ -z "$found" ] || [ ! -d /run/systemd/system ] || systemctl daemon-reload
for link in bin/cert-monitor share/man/man1/cert-monitor.1.gz share/bash-completion/completions/cert-monitor; do
    [ "$(readlink "/usr/local/$link" || true)" != "$prefix/$link" ] || rm -f "/usr/local/$link"
done
rm -rf "$prefix/bin/cert-monitor" "$prefix/lib" "$prefix/lib.new" "$prefix/lib.old" "$prefix/share" \
    "$prefix/uninstall.sh" "$prefix/.cert-monitor-bundle"
rmdir "$prefix/bin" "$prefix" 2>/dev/null || true
if [ -n "$purge" ]; then
    # It hands the passwords that go to the service.
    rm -f "$units/cert-monitor.service.d/setup.conf"
    rmdir "$units/cert-monitor.service.d" 2>/dev/null || true
    # With DynamicUser= the state is in private, and the other name is a link to it.
    rm -rf /etc/cert-monitor /var/lib/cert-monitor /var/lib/private/cert-monitor
    rm -rf /var/lib/cert-monitor-agent /var/lib/private/cert-monitor-agent
    echo "removed, with configuration and state"
else
    echo "removed; /etc/cert-monitor and what is in /var/lib stay"
fi
