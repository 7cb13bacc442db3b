# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Helpers for the shell selftests. The functions that today's net/lib.sh and
# forwarding/lib.sh have carry the same names and mean the same; results are
# printed as TAP. A test script:
#
#	#!/bin/bash
#	# SPDX-License-Identifier: GPL-2.0
#	# What the script tests, with its topology drawn.
#	. "$(dirname "$0")/lib.sh"
#
#	ALL_TESTS="session_comes_up wrong_key_is_dropped"
#
#	setup()	{ setup_ns PE1 PE2; ... }	# optional, once
#	cleanup() { ...; }	# optional; namespaces are deleted in any case
#
#	session_comes_up()
#	{
#		slowwait 5 bfd_is_up "$PE1" b1
#		check_err $? "b1 is $(bfd_state "$PE1" b1), expected up"
#	}
#
#	tests_run
#
# Each function of ALL_TESTS is one TAP line of its own name, unless it calls
# log_test itself (once per case) to give other names. Names never change with
# the outcome: they are compared with a committed list. Never print a result
# that depends on time spent waiting; poll with slowwait or busywait.

: "${WAIT_TIMEOUT:=20}"
BUSYWAIT_TIMEOUT=$((WAIT_TIMEOUT * 1000))	# ms

ksft_pass=0
ksft_fail=1
ksft_xfail=2
ksft_skip=4

# yes on a debug kernel: bounds in milliseconds do not hold there.
: "${KSFT_MACHINE_SLOW:=no}"

NS_LIST=()
# Of the script, and of the running test.
EXIT_STATUS=0
RET=0
retmsg=
# TAP lines printed so far.
TESTS_LOGGED=0
# Set when every test has run.
TESTS_DONE=

LIB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Of an out-of-tree checkout; in the runner's guest all lies in one directory.
: "${ETRUNK_TOP:=$(dirname "$LIB_DIR")}"
case ":$PATH:" in
*":$ETRUNK_TOP/tool:"*) ;;
*) PATH=$LIB_DIR:$ETRUNK_TOP/tool:$PATH ;;
esac

## Waiting

timestamp_ms()
{
	echo $((${EPOCHREALTIME/./} / 1000))
}

# Monotonic, so that a test may step the wall clock.
uptime_ms()
{
	local up

	read -r up _ </proc/uptime
	echo $((10#${up/./} * 10))
}

# loopy_wait PAUSE MS COMMAND...: until COMMAND succeeds; prints its output. The
# deadline is there to end a test that failed, and is no claim of speed: the
# virtual clock may leap over all of it while the guest waits for the host, and
# a busy host stretches the real one. So it is doubled, and COMMAND has had
# WAIT_TRIES chances whatever the clock says.
WAIT_TRIES=30

loopy_wait()
{
	local pause=$1 limit=$2 tries=0 end out
	shift 2

	end=$(($(uptime_ms) + 2 * limit))
	while :; do
		if out=$("$@"); then
			printf '%s' "$out"
			return 0
		fi
		if ((++tries >= WAIT_TRIES && $(uptime_ms) > end)); then
			printf '%s' "$out"
			return 1
		fi
		$pause
	done
}

# busywait MS COMMAND...
busywait()
{
	local limit=$1
	shift

	loopy_wait : "$limit" "$@"
}

# slowwait SECONDS COMMAND...
slowwait()
{
	local limit=$1
	shift

	loopy_wait "sleep 0.1" $((limit * 1000)) "$@"
}

# not COMMAND...: for waiting until something ends.
not()
{
	! "$@"
}

until_counter_is()
{
	local expr=$1 current
	shift

	current=$("$@")
	echo $((current))
	# shellcheck disable=SC1105,SC2086 # the operator is in $expr
	((current $expr))
}

# busywait_for_counter MS DELTA COMMAND...: COMMAND prints a number.
busywait_for_counter()
{
	local limit=$1 delta=$2 base
	shift 2

	base=$("$@")
	busywait "$limit" until_counter_is ">= $((base + delta))" "$@"
}

slowwait_for_counter()
{
	local limit=$1 delta=$2 base
	shift 2

	base=$("$@")
	slowwait "$limit" until_counter_is ">= $((base + delta))" "$@"
}

## Namespaces

# setup_ns NAME...: a namespace each, its random name in the variable NAME.
setup_ns()
{
	local __name __ns

	for __name in "$@"; do
		[ -z "${!__name}" ] || cleanup_ns "${!__name}"
		__ns=${__name,,}-$(mktemp -u XXXXXX)
		printf -v "$__name" '%s' "$__ns"
		ip netns add "$__ns" || return $ksft_skip
		ip -n "$__ns" link set lo up
		NS_LIST+=("$__ns")
	done
}

ns_is_gone()
{
	[ ! -e "/run/netns/$1" ]
}

cleanup_ns()
{
	local ns left item ret=0

	for ns in "$@"; do
		[ -n "$ns" ] || continue
		ip netns pids "$ns" 2>/dev/null | xargs -r kill 2>/dev/null
		ip netns del "$ns" 2>/dev/null
		if ! busywait $BUSYWAIT_TIMEOUT ns_is_gone "$ns"; then
			echo "# namespace $ns cannot be removed"
			ret=1
		fi
		left=()
		for item in "${NS_LIST[@]}"; do
			[ "$item" = "$ns" ] || left+=("$item")
		done
		NS_LIST=("${left[@]}")
	done
	return $ret
}

cleanup_all_ns()
{
	cleanup_ns "${NS_LIST[@]}"
}

# ns NAMESPACE COMMAND...
ns()
{
	ip netns exec "$@"
}

## Checks and results

# ret_set_ksft_status STATUS MESSAGE: the worst one, and its message, stay.
ret_set_ksft_status()
{
	local status=$1 msg=$2

	if ((RET == ksft_pass || (RET != ksft_fail && status == ksft_fail))); then
		RET=$status
		retmsg=$msg
	elif [ -n "$msg" ] && ((status == ksft_fail)); then
		echo "# also: $msg"
	fi
}

# check_err RC MESSAGE: the test fails unless RC is 0.
check_err()
{
	(($1 == 0)) || ret_set_ksft_status $ksft_fail "$2"
}

# check_fail RC MESSAGE: the test fails if RC is 0.
check_fail()
{
	(($1 != 0)) || ret_set_ksft_status $ksft_fail "$2"
}

check_err_fail()
{
	local should_fail=$1 err=$2 what=$3

	if ((should_fail)); then
		check_fail "$err" "$what succeeded, but should have failed"
	else
		check_err "$err" "$what failed"
	fi
}

# check_equal WHAT EXPECTED GOT
check_equal()
{
	[ "$2" = "$3" ]
	check_err $? "$1: expected $2, got ${3:-nothing}"
}

# check_between WHAT LOW HIGH GOT: integers, both bounds included.
check_between()
{
	[[ "$4" =~ ^-?[0-9]+$ ]] && (($4 >= $2 && $4 <= $3))
	check_err $? "$1: expected $2..$3, got ${4:-nothing}"
}

# check_match WHAT REGEX GOT: extended regular expression.
check_match()
{
	[[ "$3" =~ $2 ]]
	check_err $? "$1: expected a match of '$2', got '${3:-nothing}'"
}

# log_test NAME [DETAIL]: one TAP line with what RET says, then RET is fresh.
log_test()
{
	local name=$1${2:+ $2} ret=$RET

	TESTS_LOGGED=$((TESTS_LOGGED + 1))
	case "$ret" in
	"$ksft_pass")
		echo "ok $TESTS_LOGGED $name" ;;
	"$ksft_skip")
		echo "ok $TESTS_LOGGED $name # SKIP $retmsg" ;;
	"$ksft_xfail")
		echo "ok $TESTS_LOGGED $name # XFAIL $retmsg" ;;
	*)
		[ -z "$retmsg" ] || echo "# $retmsg"
		echo "not ok $TESTS_LOGGED $name"
		EXIT_STATUS=$ksft_fail ;;
	esac
	if ((ret == ksft_skip && EXIT_STATUS == ksft_pass)); then
		EXIT_STATUS=$ksft_skip
	fi
	RET=0
	retmsg=
	return "$ret"
}

log_test_skip()
{
	RET=$ksft_skip
	retmsg=$2
	log_test "$1"
}

log_test_xfail()
{
	RET=$ksft_xfail
	retmsg=$2
	log_test "$1"
}

log_info()
{
	echo "# $*"
}

xfail_on_slow()
{
	if [ "$KSFT_MACHINE_SLOW" = yes ]; then
		FAIL_TO_XFAIL=yes "$@"
	else
		"$@"
	fi
}

# The whole script is skipped (which the committed list counts as a failure).
require_command()
{
	command -v "$1" >/dev/null || {
		echo "1..0 # SKIP $1 is not installed"
		exit $ksft_skip
	}
}

## Running

# tests_run: setup if there is one, every function of ALL_TESTS, the plan,
# cleanup, exit. TESTS in the environment chooses some of them. All of it in a
# directory of its own, so that no script meets what another one has left.
tests_run()
{
	local __test __logged

	TESTS_DIR=$(mktemp -d -p /run) && cd "$TESTS_DIR" || exit $ksft_fail
	trap __tests_exit EXIT
	echo "TAP version 13"
	if declare -F setup >/dev/null; then
		setup
		if ((RET != ksft_pass)); then
			log_test setup
			exit $ksft_fail
		fi
	fi
	for __test in ${TESTS:-$ALL_TESTS}; do
		__logged=$TESTS_LOGGED
		RET=0
		retmsg=
		"$__test"
		if ((TESTS_LOGGED == __logged)); then
			log_test "$__test"
		elif ((RET != ksft_pass)); then
			log_test "$__test"
		fi
	done
	TESTS_DONE=1
	exit $EXIT_STATUS
}

__tests_exit()
{
	trap - EXIT
	if declare -F cleanup >/dev/null; then
		cleanup
	fi
	cleanup_all_ns || EXIT_STATUS=$ksft_fail
	cd / && rm -rf "$TESTS_DIR"
	if [ -z "$TESTS_DONE" ]; then
		echo "# killed or left half way"
		exit $ksft_fail
	fi
	echo "1..$TESTS_LOGGED"
	exit "$EXIT_STATUS"
}

## The module

etrunk_ko()
{
	local dir

	if [ -n "$ETRUNK_KO" ]; then
		echo "$ETRUNK_KO"
		return 0
	fi
	for dir in "$LIB_DIR" "$ETRUNK_TOP"; do
		if [ -e "$dir/etrunk.ko" ]; then
			echo "$dir/etrunk.ko"
			return 0
		fi
	done
	return 1
}

etrunk_loaded()
{
	[ -d /sys/module/etrunk ]
}

# etrunk_load: with what it depends on.
etrunk_load()
{
	local ko depends

	etrunk_loaded && return 0
	ko=$(etrunk_ko) || return
	depends=$(modinfo -F depends "$ko")
	# shellcheck disable=SC2086 # a list
	[ -z "$depends" ] || modprobe -a ${depends//,/ } || return
	insmod "$ko"
}

etrunk_unload()
{
	! etrunk_loaded || rmmod etrunk
}

etrunk_reload()
{
	etrunk_unload && etrunk_load
}
