# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # used by those who source it
#
# What the host-side scripts share: where things are. Source it with $0 or the
# caller inside selftests/.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Downloads and kernels, shared by all clones.
: "${ETRUNK_CACHE:=$HOME/.cache/etrunk}"
# Builds and results of this clone.
: "${ETRUNK_BUILD:=$TOP/.build}"
# Series of the stock kernel that the VM boots.
: "${ETRUNK_SERIES:=6.1}"
KSFT=$ETRUNK_CACHE/kselftest-$ETRUNK_SERIES

export ETRUNK_CACHE ETRUNK_BUILD ETRUNK_SERIES

die()
{
	echo "${0##*/}: $*" >&2
	exit 1
}

# headers_release SERIES: newest installed headers of a series.
headers_release()
{
	find /usr/src -maxdepth 1 -name "linux-headers-$1.*-amd64" |
		grep -vE -- '-(cloud|rt)-amd64$' |
		sed 's,.*/linux-headers-,,' | sort -V | tail -n 1
}

# stock_release: newest kernel that has both an image to boot and headers.
stock_release()
{
	local rel best=

	for rel in $(find /usr/src -maxdepth 1 \
			-name "linux-headers-$ETRUNK_SERIES.*-amd64" |
			sed 's,.*/linux-headers-,,' | sort -V); do
		if [ -r "/boot/vmlinuz-$rel" ] &&
		   [ -d "/lib/modules/$rel/kernel" ]; then
			best=$rel
		fi
	done
	echo "$best"
}
