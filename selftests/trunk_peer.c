// SPDX-License-Identifier: GPL-2.0
/*
 * A peer PE in userland: the module's own role machine and codec behind a UDP
 * socket, without authentication. It says what it is told to, as other versions
 * do, and takes over nothing: its members have no links.
 *
 *	trunk_peer SOURCE PEER [WORD VALUE]...	until SIGTERM or SIGINT
 *		id N		E-Trunk (1)
 *		priority N	(200)
 *		hello MS	(500)
 *		multiplier N	(20)
 *		revert-delay MS	(120000)
 *		lacp MAC PRIORITY
 *		member ID	the same at both ends; several
 *		key N		LACP key of the last member
 *		version TEXT	of its software
 *		older		leaves out what v1 did not have at first
 *		newer		unknown TLVs, and longer values of the known ones
 *
 * Prints "STATE REASON" whenever they change, numbers as in the uapi.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "trunk_fsm.h"
#include "trunk_pkt.h"

#define PORT	1025
#define MORE	6	/* bytes that a later version adds to a value */

static volatile sig_atomic_t stop;

static struct {
	struct trunk_fsm_cfg cfg;
	struct trunk_pkt_settings settings;
	unsigned int n;
	struct trunk_pkt_member member[ETRUNK_MEMBERS_MAX];
	bool older;
	bool newer;
} conf = {
	.cfg = {
		.id = 1,
		.priority = 200,
		.usable = true,
		.hello_ms = 500,
		.multiplier = 20,
		.system_id = { 2, 0, 0, 0, 0xee, 1 },
		.lacp_system = { 2, 0, 0, 0, 0, 0xaa },
		.lacp_priority = 32768,
	},
	.settings = {
		.has_timers = true,
		.revert_delay_ms = 120000,
		.revert = true,
	},
};

static struct trunk_fsm fsm;
static int sock;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "trunk_peer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static u64 rnd(void)
{
	static u64 x;

	if (!x)
		x = now_ns() ^ (u64)getpid() << 32;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* As a later version would: each known TLV is longer and has a new neighbour. */
static size_t lengthen(u8 *to, const u8 *from, size_t len)
{
	size_t pos = TRUNK_PKT_HDR_LEN, end = pos;

	memcpy(to, from, pos);
	while (pos < len) {
		size_t tlv = TRUNK_PKT_TLV_HDR_LEN +
			     get_unaligned_be16(from + pos + 2);

		put_unaligned_be16(0x7f00, to + end);
		put_unaligned_be16(MORE, to + end + 2);
		memset(to + end + 4, 0xbb, MORE);
		end += 4 + MORE;

		memcpy(to + end, from + pos, tlv);
		end += tlv;
		/* a longer text is another text */
		if (get_unaligned_be16(from + pos) != TRUNK_PKT_TLV_VERSION) {
			put_unaligned_be16(tlv - 4 + MORE, to + end - tlv + 2);
			memset(to + end, 0xaa, MORE);
			end += MORE;
		}
		pos += tlv;
	}
	put_unaligned_be16(end, to + 4);
	return end;
}

/* Without the first TLV, which is the LACP identity. */
static size_t shorten(u8 *buf, size_t len)
{
	size_t tlv = TRUNK_PKT_TLV_HDR_LEN + TRUNK_PKT_LACP_LEN;
	u8 *first = buf + TRUNK_PKT_HDR_LEN;

	len -= tlv;
	memmove(first, first + tlv, len - TRUNK_PKT_HDR_LEN);
	put_unaligned_be16(len, buf + 4);
	return len;
}

static void say(u64 now)
{
	static const struct trunk_pkt_services none;
	u8 buf[TRUNK_PKT_LEN_MAX], more[2 * TRUNK_PKT_LEN_MAX];
	struct trunk_pkt_services s = none;
	struct trunk_pkt pkt;
	unsigned int i;
	size_t len;

	trunk_fsm_hello(&fsm, now, &pkt);
	len = trunk_pkt_build(buf, &pkt, 0, conf.n);
	for (i = 0; i < conf.n; i++)
		trunk_pkt_put_member(buf, i, &conf.member[i]);
	if (conf.older) {
		len = shorten(buf, len);
	} else {
		conf.settings.hello_ms = conf.cfg.hello_ms;
		conf.settings.multiplier = conf.cfg.multiplier;
		len = trunk_pkt_add_settings(buf, len, 0, &conf.settings);
		for (i = 0; i < conf.n; i++) {
			s.id = conf.member[i].id;
			len = trunk_pkt_add_services(buf, len, 0, &s);
		}
	}
	if (conf.newer) {
		len = lengthen(more, buf, len);
		send(sock, more, len, 0);
	} else {
		send(sock, buf, len, 0);
	}
}

static u32 hear(u64 now)
{
	enum trunk_fsm_rx result = TRUNK_RX_UNCONFIRMED;
	struct trunk_pkt_frame frame;
	u8 buf[TRUNK_PKT_LEN_MAX];
	struct trunk_pkt pkt;
	ssize_t len = recv(sock, buf, sizeof(buf), MSG_DONTWAIT);

	/* as from any socket: an ICMP error tells of a hello that was lost */
	if (len < 0)
		return 0;
	if (trunk_pkt_frame(buf, len, &frame) || frame.id != conf.cfg.id ||
	    trunk_pkt_parse(buf, len, &pkt))
		return 0;
	return trunk_fsm_rx(&fsm, now, &pkt, rnd(), &result);
}

static void tell(void)
{
	static u8 state, reason;

	if (state == fsm.state && reason == fsm.reason)
		return;
	state = fsm.state;
	reason = fsm.reason;
	printf("%u %u\n", state, reason);
	fflush(stdout);
}

static void run(void)
{
	struct pollfd p = { .fd = sock, .events = POLLIN };
	u64 now = now_ns(), at;
	struct timespec ts;
	u32 acts;

	trunk_fsm_init(&fsm, &conf.cfg);
	acts = trunk_fsm_start(&fsm, now, rnd(), rnd());
	while (!stop) {
		if (acts & TRUNK_ACT_TX)
			say(now);
		tell();
		at = trunk_fsm_deadline(&fsm);
		now = now_ns();
		at = at > now ? at - now : 0;
		ts.tv_sec = at / 1000000000;
		ts.tv_nsec = at % 1000000000;
		if (at > 3600 * 1000000000ULL)
			ts.tv_sec = 3600;
		acts = 0;
		if (ppoll(&p, 1, &ts, NULL) > 0)
			acts = hear(now_ns());
		now = now_ns();
		acts |= trunk_fsm_members(&fsm, now, true);
		acts |= trunk_fsm_timer(&fsm, now, rnd());
	}
}

static void get_mac(const char *word, u8 *mac)
{
	unsigned int b[6], i;

	if (sscanf(word, "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3],
		   &b[4], &b[5]) != 6) {
		fprintf(stderr, "trunk_peer: \"%s\" is no MAC\n", word);
		exit(1);
	}
	for (i = 0; i < 6; i++)
		mac[i] = b[i];
}

static void add_member(u32 id)
{
	struct trunk_pkt_member *m = &conf.member[conf.n++];

	m->id = id;
	m->remote_id = id;
	m->state = ETRUNK_MEMBER_BACKUP;
	m->mode = ETRUNK_MODE_AUTO;
	/* the default of ours, see etrunk_member_lacp_key() */
	m->lacp_key = 1 + (conf.cfg.id - 1) * 4095 + id % 4095;
}

static void parse(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		const char *word = argv[i], *val = i + 1 < argc ?
						   argv[i + 1] : "";

		if (!strcmp(word, "older")) {
			conf.older = true;
			continue;
		}
		if (!strcmp(word, "newer")) {
			conf.newer = true;
			continue;
		}
		i++;
		if (!strcmp(word, "id")) {
			conf.cfg.id = atoi(val);
		} else if (!strcmp(word, "priority")) {
			conf.cfg.priority = atoi(val);
		} else if (!strcmp(word, "hello")) {
			conf.cfg.hello_ms = atoi(val);
		} else if (!strcmp(word, "multiplier")) {
			conf.cfg.multiplier = atoi(val);
		} else if (!strcmp(word, "revert-delay")) {
			conf.settings.revert_delay_ms = atoi(val);
		} else if (!strcmp(word, "lacp") && i + 1 < argc) {
			get_mac(val, conf.cfg.lacp_system);
			conf.cfg.lacp_priority = atoi(argv[++i]);
		} else if (!strcmp(word, "member") &&
			   conf.n < ETRUNK_MEMBERS_MAX) {
			add_member(atoi(val));
		} else if (!strcmp(word, "key") && conf.n) {
			conf.member[conf.n - 1].lacp_key = atoi(val);
		} else if (!strcmp(word, "version") &&
			   strlen(val) <= TRUNK_PKT_VERSION_MAX) {
			strcpy(conf.settings.version, val);
		} else {
			fprintf(stderr, "trunk_peer: what is \"%s\"?\n", word);
			exit(1);
		}
	}
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct sockaddr_in source = { .sin_family = AF_INET,
				      .sin_port = htons(PORT) };
	struct sockaddr_in peer = source;

	if (argc < 3 || inet_pton(AF_INET, argv[1], &source.sin_addr) != 1 ||
	    inet_pton(AF_INET, argv[2], &peer.sin_addr) != 1) {
		fprintf(stderr, "usage: trunk_peer SOURCE PEER [WORD]...\n");
		return 1;
	}
	parse(argc - 3, argv + 3);
	conf.cfg.high = ntohl(source.sin_addr.s_addr) >
			ntohl(peer.sin_addr.s_addr);
	sock = socket(AF_INET, SOCK_DGRAM, 0);
	if (sock < 0 ||
	    bind(sock, (struct sockaddr *)&source, sizeof(source)) ||
	    connect(sock, (struct sockaddr *)&peer, sizeof(peer)))
		die("socket");
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	run();
	return 0;
}
