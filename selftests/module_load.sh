#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Loading and unloading, alone and while namespaces come and go.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

ALL_TESTS="load_unload unload_refuses_nothing namespaces_come_and_go
	load_among_namespaces"

load_unload()
{
	local i

	for i in 1 2 3 4 5; do
		etrunk_unload
		check_err $? "unload $i"
		not etrunk_loaded
		check_err $? "still loaded after unload $i"
		etrunk_load
		check_err $? "load $i"
	done
}

# No command and no namespace holds a reference.
unload_refuses_nothing()
{
	check_equal "references" 0 "$(cat /sys/module/etrunk/refcnt)"
}

namespaces_come_and_go()
{
	local i

	for i in 1 2 3 4 5; do
		setup_ns A B
		check_err $? "namespaces of round $i"
		cleanup_ns "$A" "$B"
		check_err $? "deleting the namespaces of round $i"
	done
}

# Namespaces that are there already get their part at load, and lose it.
load_among_namespaces()
{
	setup_ns A B
	etrunk_unload
	check_err $? "unload with two namespaces"
	etrunk_load
	check_err $? "load with two namespaces"
	cleanup_ns "$A"
	etrunk_unload
	check_err $? "unload with one namespace"
	cleanup_ns "$B"
	etrunk_load
	check_err $? "load at the end"
}

tests_run
