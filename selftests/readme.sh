#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The session of README.md, its commands taken from there as they are, in the
# lab of topo.sh: what an operator reads must work.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/topo.sh
. "$(dirname "$0")/topo.sh"

ALL_TESTS="every_command_is_accepted one_master_and_one_backup
	the_pseudowires_follow ce1_reaches_ce2 saved_is_what_is_in_force"

README=$LIB_DIR/README.md
[ -e "$README" ] || README=$ETRUNK_TOP/README.md

# readme_session PE: the commands of that PE
readme_session()
{
	awk -v pe="# $1" '
		/^```/ { take = 0; next }
		$0 == pe { take = 1; next }
		take' "$README"
}

setup()
{
	# /etc may be read-only: the key's directory is a mount of our own
	if ! mkdir -p /etc/etrunk 2>/dev/null; then
		mount -t tmpfs etc /mnt && cp -a /etc/. /mnt/ &&
			mount --move /mnt /etc && ETC_MOUNTED=1
		mkdir -p /etc/etrunk
	fi
	head -c 32 /dev/urandom | base64 >/etc/etrunk/key
	topo_names "rm$RANDOM"
	topo_up
}

cleanup()
{
	topo_down
	rm -rf /etc/etrunk
	[ -z "$ETC_MOUNTED" ] || umount -l /etc
}

every_command_is_accepted()
{
	local pe line out n

	for pe in PE1 PE2 PE3; do
		n=0
		while read -r line; do
			n=$((n + 1))
			out=$(ns "${!pe}" sh -c "$line" 2>&1 </dev/null)
			check_err $? "$pe: $line: $out"
		done < <(readme_session "$pe")
		((n >= 6))
		check_err $? "$pe has $n commands in the README"
	done
}

# show NS OBJECT JQ: one value
show()
{
	# shellcheck disable=SC2086 # object and key
	etrunkctl -n "$1" -j $2 | jq -r "$3"
}

roles_are()
{
	[ "$(show "$PE1" "e-trunk show 1" '.[0].state')" = "$1" ] &&
		[ "$(show "$PE2" "e-trunk show 1" '.[0].state')" = "$2" ] &&
		[ "$(show "$PE1" "member show bond0" '.[0].state')" = "$1" ] &&
		[ "$(show "$PE2" "member show bond0" '.[0].state')" = "$2" ]
}

one_master_and_one_backup()
{
	slowwait 60 roles_are master backup
	check_err $? "PE1 is not master, or PE2 not backup"
}

active_is()
{
	[ "$(show "$PE3" "vpws show s1" '.[0].active_pw')" = "$1" ]
}

standby_is_told()
{
	[ "$(show "$PE3" "pw show pw2" '.[0].remote_status_str')" = standby ]
}

the_pseudowires_follow()
{
	slowwait 20 active_is pw1
	check_err $? "PE3 does not send on pw1"
	slowwait 20 standby_is_told
	check_err $? "PE2 does not tell PE3 that it is standby"
}

ce1_reaches_ce2()
{
	slowwait 20 ns "$CE1" ping -qc 1 -W 1 10.100.0.2 >/dev/null
	check_err $? "no answer from CE2"
	ns "$CE1" ping -qc 20 -i 0.05 -W 1 10.100.0.2 | grep -q ' 0% packet loss'
	check_err $? "CE1 loses pings to CE2"
}

saved_is_what_is_in_force()
{
	local dir

	dir=$(mktemp -d)
	etrunkctl -n "$PE1" save "$dir"
	check_err $? "save"
	etrunkctl -n "$PE1" apply "$dir/etrunk.conf" --check
	check_err $? "what was saved differs from what is in force"
	rm -r "$dir"
}

tests_run
