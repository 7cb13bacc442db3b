// SPDX-License-Identifier: GPL-2.0
/*
 * The other end of a BFD session, under a script's control. It shares no code
 * with the module, and measures on the wire.
 *
 *	bfd_peer inject LOCAL REMOTE [KEY VALUE]... [-- [KEY VALUE]...]...
 *		a packet for each group of keys, with any field wrong
 *	bfd_peer peer LOCAL REMOTE [KEY VALUE]... [COMMAND]...
 *		a session; commands run one after the other:
 *		up MS		handshake; fails if not Up in time
 *		run MS		keep the session, print what the gaps were
 *		polled MS	keep it until a packet with P came; fails without
 *		silent MS	send nothing; print when the other says Down
 *		poll MS		send P, print when F came
 *		noise MS	listen only, print what the gaps were
 *		set KEY VALUE	change a parameter from the next packet on
 *		send		one packet now
 *		reply MS	one packet now; print what came then, and when
 *		last		print the last packet received
 *
 * Addresses are IPv4, or IPv6 with %DEV where they are link-local.
 * Keys of a packet (defaults make a good one): from, to (addresses), port,
 * sport, ttl, version, diag, state, flags (hexadecimal, the second octet's low
 * bits), mult, length, my, your, min-tx, min-rx, echo-rx (us), payload (octets
 * sent, filled with 0), checksum good|wrong|none (UDP).
 * Authentication (see bfd_peer_auth.h): auth, auth-type, auth-len, key-id,
 * secret, seq, step, digest; length and payload follow from it.
 * Of a peer besides: interval (us between packets, default 7/8 of min-tx),
 * final on|off (answer polls).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bfd_peer_auth.h"

enum { ADMIN_DOWN, DOWN, INIT, UP };

#define P_BIT 0x20
#define F_BIT 0x10

struct addr {
	int family;
	unsigned int dev;
	struct in_addr v4;
	struct in6_addr v6;
};

static struct config {
	struct addr local, remote;
	char checksum;
	unsigned int port, sport, ttl, version, diag, state, flags, mult;
	unsigned int length, my, your, min_tx, min_rx, echo_rx, payload;
	unsigned int interval;
	bool final, learn;
	struct peer_auth auth;
} c = {
	.port = 3784, .sport = 50000, .ttl = 255, .version = 1, .state = DOWN,
	.mult = 3, .length = 24, .my = 2, .min_tx = 10000, .min_rx = 10000,
	.payload = 24, .final = true, .learn = true,
	.auth = { .seq = 1, .step = 1 },
};

/* the last packet received */
static struct {
	unsigned int diag, state, flags, mult, my, your, min_tx, min_rx;
	unsigned int ttl, tos, df, sport, len;
	uint64_t at;
} in;

/* what the gaps between received packets were, us */
static struct {
	unsigned int count, polls, finals;
	uint64_t min, max, sum, last;
} gaps;

static int raw = -1, rx = -1, port = -1;
static uint64_t last_sent;
/* of the wall clock, which stamps packets, to the one that never steps */
static int64_t wall_ahead_us;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

static void put32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, sizeof(v));
}

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return ntohl(v);
}

static uint32_t sum16(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *p = data;

	for (; len > 1; len -= 2, p += 2)
		sum += p[0] << 8 | p[1];
	if (len)
		sum += p[0] << 8;
	return sum;
}

static bool get_addr(const char *text, struct addr *addr)
{
	char plain[INET6_ADDRSTRLEN];
	const char *dev = strchr(text, '%');

	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, text, &addr->v4) == 1) {
		addr->family = AF_INET;
		return true;
	}
	snprintf(plain, sizeof(plain), "%.*s",
		 dev ? (int)(dev - text) : (int)strlen(text), text);
	if (dev)
		addr->dev = if_nametoindex(dev + 1);
	addr->family = AF_INET6;
	return inet_pton(AF_INET6, plain, &addr->v6) == 1 &&
	       !dev == !addr->dev;
}

static socklen_t sock_addr(const struct addr *addr, unsigned int number,
			   struct sockaddr_storage *ss)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	ss->ss_family = addr->family;
	if (addr->family == AF_INET) {
		in4->sin_port = htons(number);
		in4->sin_addr = addr->v4;
		return sizeof(*in4);
	}
	in6->sin6_port = htons(number);
	in6->sin6_addr = addr->v6;
	in6->sin6_scope_id = addr->dev;
	return sizeof(*in6);
}

/* the IP header and what the UDP checksum takes from it */
static size_t put_ip(uint8_t *buf, size_t udp_len, uint32_t *sum)
{
	struct ip6_hdr ip6 = {};
	struct iphdr ip = {};

	*sum = IPPROTO_UDP + udp_len;
	if (c.local.family == AF_INET6) {
		ip6.ip6_flow = htonl(6 << 28 | 0xc0 << 20);
		ip6.ip6_plen = htons(udp_len);
		ip6.ip6_nxt = IPPROTO_UDP;
		ip6.ip6_hlim = c.ttl;
		ip6.ip6_src = c.local.v6;
		ip6.ip6_dst = c.remote.v6;
		*sum = sum16(&ip6.ip6_src, 32, *sum);
		memcpy(buf, &ip6, sizeof(ip6));
		return sizeof(ip6);
	}

	ip.version = 4;
	ip.ihl = 5;
	ip.tos = 0xc0;
	ip.tot_len = htons(sizeof(ip) + udp_len);
	ip.frag_off = htons(IP_DF);
	ip.ttl = c.ttl;
	ip.protocol = IPPROTO_UDP;
	ip.saddr = c.local.v4.s_addr;
	ip.daddr = c.remote.v4.s_addr;
	*sum = sum16(&ip.saddr, 8, *sum);
	memcpy(buf, &ip, sizeof(ip));
	return sizeof(ip);
}

static void send_packet(unsigned int flags)
{
	uint8_t buf[sizeof(struct ip6_hdr) + sizeof(struct udphdr) + 10000];
	uint8_t pdu[256] = {}, *p;
	unsigned int payload = c.payload, cut = sizeof(pdu);
	struct sockaddr_storage to;
	struct udphdr udp = {};
	size_t udp_len, at;
	socklen_t to_len;
	uint32_t sum;

	pdu[0] = c.version << 5 | c.diag;
	pdu[1] = c.state << 6 | flags;
	pdu[2] = c.mult;
	pdu[3] = c.length;
	put32(pdu + 4, c.my);
	put32(pdu + 8, c.your);
	put32(pdu + 12, c.min_tx);
	put32(pdu + 16, c.min_rx);
	put32(pdu + 20, c.echo_rx);
	if (c.auth.form)
		payload = peer_auth_append(&c.auth, pdu);
	if (payload > 10000) {
		fprintf(stderr, "payload %u is too long\n", payload);
		exit(2);
	}
	if (payload < cut)
		cut = payload;

	udp_len = sizeof(udp) + payload;
	memset(buf, 0, sizeof(buf));
	at = put_ip(buf, udp_len, &sum);
	p = buf + at;
	memcpy(p + sizeof(udp), pdu, cut);

	udp.source = htons(c.sport);
	udp.dest = htons(c.port);
	udp.len = htons(udp_len);
	memcpy(p, &udp, sizeof(udp));
	sum = sum16(p, udp_len, sum);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	udp.check = htons((uint16_t)~sum) ?: 0xffff;
	if (c.checksum == 'w')
		udp.check ^= htons(0x0100);
	else if (c.checksum == 'n')
		udp.check = 0;
	memcpy(p, &udp, sizeof(udp));

	/* before, as it arrives while we are still inside */
	last_sent = now_us();
	to_len = sock_addr(&c.remote, 0, &to);
	if (sendto(raw, buf, at + udp_len, 0, (struct sockaddr *)&to,
		   to_len) < 0)
		die("sendto");
}

/*
 * When a packet came, as the kernel saw it: what keeps this process from
 * running must not look like a late packet.
 */
static uint64_t arrival_us(struct msghdr *msg)
{
	struct cmsghdr *cmsg;
	struct timespec ts;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(cmsg), sizeof(ts));
		return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000 -
		       wall_ahead_us;
	}
	return now_us();
}

/* An IPv6 raw socket shows no header, but tells what was in it. */
static bool from_peer6(struct msghdr *msg)
{
	const struct sockaddr_in6 *from = msg->msg_name;
	struct in6_pktinfo info = {};
	struct cmsghdr *cmsg;
	int value;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != IPPROTO_IPV6)
			continue;
		memcpy(&value, CMSG_DATA(cmsg), sizeof(value));
		if (cmsg->cmsg_type == IPV6_HOPLIMIT)
			in.ttl = value;
		else if (cmsg->cmsg_type == IPV6_TCLASS)
			in.tos = value;
		else if (cmsg->cmsg_type == IPV6_PKTINFO)
			memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
	}
	in.df = 1;
	return !memcmp(&from->sin6_addr, &c.remote.v6, 16) &&
	       !memcmp(&info.ipi6_addr, &c.local.v6, 16);
}

static bool from_peer4(const uint8_t *buf)
{
	struct iphdr ip;

	memcpy(&ip, buf, sizeof(ip));
	in.ttl = ip.ttl;
	in.tos = ip.tos;
	in.df = !!(ip.frag_off & htons(IP_DF));
	return ip.ihl == 5 && ip.saddr == c.remote.v4.s_addr &&
	       ip.daddr == c.local.v4.s_addr;
}

/* Wait until then for a packet of the session; true if there was one. */
static bool receive(uint64_t until)
{
	struct pollfd pfd = { .fd = rx, .events = POLLIN };
	uint64_t now = now_us(), gap;
	struct timespec ts = {};
	size_t skip = c.local.family == AF_INET ? sizeof(struct iphdr) : 0;
	uint8_t buf[12000], *pdu;
	struct sockaddr_in6 from;
	char control[200];
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct udphdr udp;
	ssize_t len;

	if (until > now) {
		ts.tv_sec = (until - now) / 1000000;
		ts.tv_nsec = (until - now) % 1000000 * 1000;
	}
	if (ppoll(&pfd, 1, &ts, NULL) < 1)
		return false;
	len = recvmsg(rx, &msg, 0);
	if (len < (ssize_t)(skip + sizeof(udp) + 24))
		return false;
	memcpy(&udp, buf + skip, sizeof(udp));
	if (udp.dest != htons(c.port) ||
	    !(skip ? from_peer4(buf) : from_peer6(&msg)))
		return false;
	pdu = buf + skip + sizeof(udp);
	in.len = len - skip - sizeof(udp);
	in.sport = ntohs(udp.source);

	in.at = arrival_us(&msg);
	in.diag = pdu[0] & 0x1f;
	in.state = pdu[1] >> 6;
	in.flags = pdu[1] & 0x3f;
	in.mult = pdu[2];
	in.my = get32(pdu + 4);
	in.your = get32(pdu + 8);
	in.min_tx = get32(pdu + 12);
	in.min_rx = get32(pdu + 16);
	if (c.learn)
		c.your = in.my;

	if (in.flags & F_BIT) {
		gaps.finals++;
		return true;
	}
	if (in.flags & P_BIT)
		gaps.polls++;
	if (gaps.count++) {
		gap = in.at - gaps.last;
		gaps.sum += gap;
		if (gap < gaps.min || gaps.count == 2)
			gaps.min = gap;
		if (gap > gaps.max)
			gaps.max = gap;
	}
	gaps.last = in.at;
	return true;
}

/* RFC 5880 6.8.6, as much of it as a well-behaved peer needs */
static void answer(void)
{
	unsigned int before = c.state;

	if (c.state != ADMIN_DOWN) {
		if (in.state == ADMIN_DOWN || (in.state == DOWN && before == UP))
			c.state = DOWN;
		else if (in.state == DOWN && before == DOWN)
			c.state = INIT;
		else if (in.state == INIT && before != UP)
			c.state = UP;
		else if (in.state == UP && before == INIT)
			c.state = UP;
	}
	if (in.flags & P_BIT && c.final)
		send_packet((c.flags & ~P_BIT) | F_BIT);
	else if (c.state != before)
		send_packet(c.flags);
}

static void gaps_reset(void)
{
	memset(&gaps, 0, sizeof(gaps));
}

static void gaps_print(void)
{
	printf("rx=%u gap_min_us=%llu gap_max_us=%llu gap_mean_us=%llu polls=%u finals=%u state=%u\n",
	       gaps.count, (unsigned long long)gaps.min,
	       (unsigned long long)gaps.max,
	       (unsigned long long)(gaps.count > 1 ?
				    gaps.sum / (gaps.count - 1) : 0),
	       gaps.polls, gaps.finals, c.state);
}

static bool both_up(void)
{
	return c.state == UP && in.state == UP;
}

static bool polled(void)
{
	return gaps.polls;
}

/* Keep the session until then, or until over() if there is one. */
static bool keep(uint64_t until, bool (*over)(void))
{
	uint64_t pace, next = now_us();

	while (now_us() < until) {
		pace = c.interval ?: c.min_tx / 8 * 7;
		if (now_us() >= next) {
			send_packet(c.flags);
			next = now_us() + pace;
		}
		if (receive(next < until ? next : until))
			answer();
		if (over && over())
			return true;
	}
	return !over;
}

static void silent(uint64_t until)
{
	while (now_us() < until) {
		if (!receive(until) || in.state == UP)
			continue;
		printf("detect_us=%llu diag=%u\n",
		       (unsigned long long)(in.at - last_sent), in.diag);
		return;
	}
	printf("detect_us=none\n");
}

static void poll_final(uint64_t until)
{
	uint64_t at;

	send_packet(c.flags | P_BIT);
	at = last_sent;
	while (now_us() < until) {
		if (!receive(until) || !(in.flags & F_BIT))
			continue;
		printf("final_us=%llu flags=%#x state=%u\n",
		       (unsigned long long)(in.at - at), in.flags, in.state);
		return;
	}
	printf("final_us=none\n");
}

/* What the next packet says once ours has been delivered. */
static void reply(uint64_t until)
{
	uint64_t at;

	while (receive(now_us()))
		;
	send_packet(c.flags);
	at = last_sent;
	if (receive(until))
		printf("reply_us=%lld state=%u diag=%u flags=%#x\n",
		       in.at > at ? (long long)(in.at - at) : 0, in.state,
		       in.diag, in.flags);
	else
		printf("reply_us=none\n");
}

static void print_last(void)
{
	printf("state=%u diag=%u flags=%#x mult=%u my=%u your=%u min_tx=%u min_rx=%u ttl=%u tos=%#x df=%u sport=%u len=%u\n",
	       in.state, in.diag, in.flags, in.mult, in.my, in.your, in.min_tx,
	       in.min_rx, in.ttl, in.tos, in.df, in.sport, in.len);
}

static bool set(const char *key, const char *value)
{
	static const struct {
		const char *key;
		unsigned int *value;
		int base;
	} keys[] = {
		{ "port", &c.port, 10 },
		{ "sport", &c.sport, 10 },
		{ "ttl", &c.ttl, 10 },
		{ "version", &c.version, 10 },
		{ "diag", &c.diag, 10 },
		{ "state", &c.state, 10 },
		{ "flags", &c.flags, 16 },
		{ "mult", &c.mult, 10 },
		{ "length", &c.length, 10 },
		{ "my", &c.my, 10 },
		{ "your", &c.your, 10 },
		{ "min-tx", &c.min_tx, 10 },
		{ "min-rx", &c.min_rx, 10 },
		{ "echo-rx", &c.echo_rx, 10 },
		{ "payload", &c.payload, 10 },
		{ "interval", &c.interval, 10 },
	};
	size_t i;

	if (!strcmp(key, "from"))
		return get_addr(value, &c.local);
	if (!strcmp(key, "to"))
		return get_addr(value, &c.remote);
	if (!strcmp(key, "checksum")) {
		c.checksum = *value;
		return true;
	}
	if (!strcmp(key, "final")) {
		c.final = !strcmp(value, "on");
		return true;
	}
	if (peer_auth_set(&c.auth, key, value))
		return true;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(key, keys[i].key))
			continue;
		*keys[i].value = strtoul(value, NULL, keys[i].base);
		if (keys[i].value == &c.your)
			c.learn = false;
		return true;
	}
	return false;
}

static void open_raw(void)
{
	raw = socket(c.local.family, SOCK_RAW, IPPROTO_RAW);
	if (raw < 0)
		die("raw socket");
}

/* One socket to see whole packets, one to own the port. */
static void open_rx(void)
{
	struct sockaddr_storage addr;
	struct timespec wall;
	socklen_t len;
	int on = 1;

	len = sock_addr(&c.local, c.port, &addr);
	port = socket(c.local.family, SOCK_DGRAM, 0);
	if (port < 0 || bind(port, (struct sockaddr *)&addr, len))
		die("udp socket");
	rx = socket(c.local.family, SOCK_RAW, IPPROTO_UDP);
	if (rx < 0)
		die("raw udp socket");
	if (c.local.family == AF_INET6 &&
	    (setsockopt(rx, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) ||
	     setsockopt(rx, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on)) ||
	     setsockopt(rx, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on))))
		die("what an IPv6 header says");
	if (setsockopt(rx, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)))
		die("receive timestamps");
	clock_gettime(CLOCK_REALTIME, &wall);
	wall_ahead_us = wall.tv_sec * 1000000LL + wall.tv_nsec / 1000 -
			(int64_t)now_us();
}

static uint64_t in_ms(const char *ms)
{
	return now_us() + strtoul(ms, NULL, 10) * 1000;
}

static int command(char **argv)
{
	const char *arg = argv[1];

	if (!strcmp(argv[0], "send")) {
		send_packet(c.flags);
		return 1;
	}
	if (!strcmp(argv[0], "last")) {
		print_last();
		return 1;
	}
	if (!arg)
		return 0;
	gaps_reset();
	if (!strcmp(argv[0], "set")) {
		return argv[2] && set(arg, argv[2]) ? 3 : 0;
	} else if (!strcmp(argv[0], "up")) {
		if (!keep(in_ms(arg), both_up)) {
			printf("not up, state=%u other=%u\n", c.state, in.state);
			exit(1);
		}
	} else if (!strcmp(argv[0], "run")) {
		keep(in_ms(arg), NULL);
		gaps_print();
	} else if (!strcmp(argv[0], "polled")) {
		if (!keep(in_ms(arg), polled)) {
			printf("not polled\n");
			exit(1);
		}
	} else if (!strcmp(argv[0], "noise")) {
		uint64_t until = in_ms(arg);

		while (now_us() < until)
			receive(until);
		gaps_print();
	} else if (!strcmp(argv[0], "silent")) {
		silent(in_ms(arg));
	} else if (!strcmp(argv[0], "poll")) {
		poll_final(in_ms(arg));
	} else if (!strcmp(argv[0], "reply")) {
		reply(in_ms(arg));
	} else {
		return 0;
	}
	return 2;
}

static char **set_all(char **argv)
{
	while (argv[0] && argv[1] && set(argv[0], argv[1]))
		argv += 2;
	return argv;
}

static int inject(char **argv)
{
	struct config plain = c;

	for (;;) {
		argv = set_all(argv);
		send_packet(c.flags);
		if (!argv[0])
			return 0;
		if (strcmp(argv[0], "--")) {
			fprintf(stderr, "unknown key %s\n", argv[0]);
			return 2;
		}
		argv++;
		c = plain;
	}
}

int main(int argc, char **argv)
{
	int used;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 4 || !get_addr(argv[2], &c.local) ||
	    !get_addr(argv[3], &c.remote) ||
	    c.local.family != c.remote.family) {
		fprintf(stderr, "usage: bfd_peer inject|peer LOCAL REMOTE ...\n");
		return 2;
	}
	open_raw();
	if (!strcmp(argv[1], "inject"))
		return inject(argv + 4);

	argv = set_all(argv + 4);
	open_rx();
	while (argv[0]) {
		used = command(argv);
		if (!used) {
			fprintf(stderr, "bad command %s\n", argv[0]);
			return 2;
		}
		argv += used;
	}
	return 0;
}
