# install.sh POLICY PACKAGE…: apt-get without questions, without starting a service.
# Run by xtask/src/install.rs; POLICY is /usr/sbin/policy-rc.d, except in its tests.
set -eu
policy=$1
shift
marker='# written by cargo xtask test, and removed by it'

# A policy of the machine's owner stays as it is; ours goes, also when we are interrupted,
# and so does one that an earlier run left behind when it was killed.
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\n%s\nexit 101\n' "$marker" > "$policy"
    chmod 755 "$policy"
fi
if grep -qF "$marker" "$policy"; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
fi

export DEBIAN_FRONTEND=noninteractive
# For package scripts that ask for the run level and not for the policy.
export RUNLEVEL=1
# Restarting services that run already is not our business.
export NEEDRESTART_SUSPEND=1

# An outdated list is often good enough, so the installation is the judge.
apt-get update || echo "warning: apt-get update failed; trying with the package lists that are there"
apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
