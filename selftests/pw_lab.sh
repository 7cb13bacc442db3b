# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The lab of the PW tests; source it after lib.sh. Each box is a namespace.
#
#	CE1 eth0 --- ac0 PE1 core0 --- pe1 +---+
#	                                   | P | pe3 --- core0 PE3 ac0 --- eth0 CE2
#	CE3 eth0 --- ac0 PE2 core0 --- pe2 +---+
#
# P is an LSR: af_mpls with static routes, 1600N leads to PE N and is popped
# (penultimate hop). CE1 and CE3 have the same addresses, as if they were one
# CE that is dual-homed. PW labels: PE1-PE3 1001 / 3001, PE2-PE3 1002 / 3002
# (towards the PE of that name first).

PW_CORE_MTU=2000

pw_link()
{
	ip link add "$2" netns "$1" type veth peer name "$4" netns "$3"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

# pw_lab: builds it; sets $CE1 $CE2 $CE3 $PE1 $PE2 $PE3 $P
pw_lab()
{
	local n ns ce

	modprobe -a veth 8021q mpls_router mpls_iptunnel bonding
	setup_ns CE1 CE2 CE3 PE1 PE2 PE3 P
	pw_link "$CE1" eth0 "$PE1" ac0
	pw_link "$CE3" eth0 "$PE2" ac0
	pw_link "$CE2" eth0 "$PE3" ac0
	ip netns exec "$P" sysctl -qw net.mpls.platform_labels=20000
	for n in 1 2 3; do
		ns=$(pw_pe "$n")
		pw_link "$ns" core0 "$P" "pe$n"
		ip -n "$ns" link set core0 mtu "$PW_CORE_MTU"
		ip -n "$P" link set "pe$n" mtu "$PW_CORE_MTU"
		ip -n "$ns" addr add "10.0.$n.1/30" dev core0
		ip -n "$P" addr add "10.0.$n.2/30" dev "pe$n"
		ip -n "$ns" addr add "10.255.0.$n/32" dev lo
		ip netns exec "$P" sysctl -qw "net.mpls.conf.pe$n.input=1"
	done
	for n in 1 2 3; do
		ip -n "$P" -f mpls route add "1600$n" via inet "10.0.$n.1" \
			dev "pe$n"
		pw_route_add "$n"
	done
	for ce in "$CE1" "$CE3"; do
		ip -n "$ce" link set eth0 address 02:00:00:00:01:01
		ip -n "$ce" addr add 10.100.0.1/24 dev eth0
	done
	ip -n "$CE2" link set eth0 address 02:00:00:00:02:02
	ip -n "$CE2" addr add 10.100.0.2/24 dev eth0
}

# pw_pe N: name of PE N's namespace
pw_pe()
{
	local -n pe=PE$1

	echo "$pe"
}

# pw_route_add N, pw_route_del N: PE N's labelled routes to the other PEs
pw_route_add()
{
	local other

	for other in 1 2 3; do
		[ "$other" = "$1" ] ||
			ip -n "$(pw_pe "$1")" route add "10.255.0.$other/32" \
				encap mpls "1600$other" via "10.0.$1.2" \
				dev core0 src "10.255.0.$1"
	done
}

pw_route_del()
{
	local other

	for other in 1 2 3; do
		[ "$other" = "$1" ] ||
			ip -n "$(pw_pe "$1")" route del "10.255.0.$other/32"
	done
}

# et N ARGUMENT...: etrunkctl on PE N
et()
{
	local n=$1

	shift
	etrunkctl -n "$(pw_pe "$n")" "$@"
}

# pw_services [PWOPTION...]: cores, PWs and services on all three PEs
pw_services()
{
	local n

	for n in 1 2 3; do
		et "$n" core add core0 || return
	done
	et 1 pw add pw1 peer 10.255.0.3 pw-id 1 in-label 1001 out-label 3001 \
		"$@" || return
	et 2 pw add pw2 peer 10.255.0.3 pw-id 2 in-label 1002 out-label 3002 \
		"$@" || return
	et 3 pw add pw1 peer 10.255.0.1 pw-id 1 in-label 3001 out-label 1001 \
		"$@" || return
	et 3 pw add pw2 peer 10.255.0.2 pw-id 2 in-label 3002 out-label 1002 \
		"$@" || return
	et 1 vpws add s1 ac ac0 pw pw1 || return
	et 2 vpws add s1 ac ac0 pw pw2 || return
	et 3 vpws add s1 ac ac0 pw pw1 secondary pw2
}

# pw_bfd_add N: BFD sessions between PE N's loopback and those of the PEs that it
# has PWs to, called peN after the other one
pw_bfd_add()
{
	local other others=3

	[ "$1" != 3 ] || others="1 2"
	for other in $others; do
		et "$1" bfd add "pe$other" peer "10.255.0.$other" \
			source "10.255.0.$1" local-discriminator "$1$other" \
			remote-discriminator "$other$1" || return
	done
}

# pw_bfd: every PW tracks one
pw_bfd()
{
	local n

	for n in 1 2 3; do
		pw_bfd_add "$n" || return
	done
	et 1 pw set pw1 track-bfd pe3 || return
	et 2 pw set pw2 track-bfd pe3 || return
	et 3 pw set pw1 track-bfd pe1 || return
	et 3 pw set pw2 track-bfd pe2
}

pw_services_del()
{
	local n

	for n in 1 2 3; do
		et "$n" flush -f
	done
}

# pw_get N NAME KEY: a field of a PW of PE N
pw_get()
{
	et "$1" -j pw show "$2" | jq -r ".[0].$3"
}

# pw_counter N NAME COUNTER
pw_counter()
{
	et "$1" -j -s pw show "$2" | jq -r ".[0].counters[\"$3\"]"
}

vpws_get()
{
	et "$1" -j vpws show "$2" | jq -r ".[0].$3"
}

pw_is()
{
	[ "$(pw_get "$1" "$2" "$3")" = "$4" ]
}

vpws_is()
{
	[ "$(vpws_get "$1" "$2" "$3")" = "$4" ]
}

# pw_tcp ADDRESS: 4 MB from CE1 to that address of CE2
pw_tcp()
{
	local got

	rm -f tcp_got tcp_ready
	ip netns exec "$CE2" python3 - "$1" <<-'END' &
		import socket, sys
		s = socket.socket()
		s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.bind((sys.argv[1], 5001))
		s.listen()
		open("tcp_ready", "w")
		c = s.accept()[0]
		n = 0
		while True:
		    data = c.recv(1 << 16)
		    if not data:
		        break
		    n += len(data)
		open("tcp_got", "w").write(str(n))
	END
	slowwait 20 test -e tcp_ready
	ip netns exec "$CE1" timeout 60 python3 - "$1" <<-'END'
		import socket, sys
		s = socket.create_connection((sys.argv[1], 5001))
		s.sendall(bytes(4000000))
		s.close()
	END
	wait $!
	got=$(cat tcp_got)
	check_equal "bytes received" 4000000 "$got"
}
