// SPDX-License-Identifier: GPL-2.0
/*
 * Records E-Trunk hellos on a device and sends them again, as they were or
 * bent.
 *
 *	trunk_hello record DEV FILE		until SIGTERM or SIGINT
 *	trunk_hello send DEV FILE [WORD]...	each recorded frame once
 *		swap		addresses exchanged: back to its sender
 *		from ADDRESS	only those with this source address
 *		truncate N	without the last N bytes of the hello
 *		shorten		every beginning of it, from nothing on
 *		flip N		byte N of the hello inverted
 *		set N VALUE	byte N of the hello, or member+N: byte N of its
 *				first member, lacp+N; up to 8 times
 *		double TLV	its member or lacp once more at the end (no
 *				digest)
 *		lengthen N	N zero bytes more
 *		fix		its length field as it is then
 *		no-checksum, bad-checksum	of UDP
 *		last N		only the last N frames
 *		times N		the whole N times
 *		gap US		pause between two frames
 *
 * Prints how many frames it recorded or sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT	1025
#define FRAME	2048
#define LONGEST	16384	/* that is sent */
#define HEADER	84	/* of the hello, before its TLVs */
#define SETS	8

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_dev(const char *dev, struct sockaddr_ll *addr)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	if (fd < 0)
		die("socket");
	memset(addr, 0, sizeof(*addr));
	addr->sll_family = AF_PACKET;
	addr->sll_protocol = htons(ETH_P_ALL);
	addr->sll_ifindex = if_nametoindex(dev);
	if (!addr->sll_ifindex)
		die(dev);
	if (bind(fd, (struct sockaddr *)addr, sizeof(*addr)))
		die("bind");
	return fd;
}

/* the parts of a frame; IPv4 or IPv6 */
struct parts {
	struct ether_header *eth;
	struct iphdr *ip;
	struct ip6_hdr *ip6;
	struct udphdr *udp;
	uint8_t *hello;
	void *from;
	void *to;
	size_t addr_len;
};

static int dissect(uint8_t *buf, size_t len, struct parts *p)
{
	memset(p, 0, sizeof(*p));
	p->eth = (void *)buf;
	if (len < sizeof(*p->eth) + sizeof(*p->ip6) + sizeof(*p->udp))
		return 0;
	if (p->eth->ether_type == htons(ETHERTYPE_IP)) {
		p->ip = (void *)(p->eth + 1);
		p->udp = (void *)(p->ip + 1);
		p->from = &p->ip->saddr;
		p->to = &p->ip->daddr;
		p->addr_len = sizeof(p->ip->saddr);
		if (p->ip->ihl != 5 || p->ip->protocol != IPPROTO_UDP)
			return 0;
	} else if (p->eth->ether_type == htons(ETHERTYPE_IPV6)) {
		p->ip6 = (void *)(p->eth + 1);
		p->udp = (void *)(p->ip6 + 1);
		p->from = &p->ip6->ip6_src;
		p->to = &p->ip6->ip6_dst;
		p->addr_len = sizeof(p->ip6->ip6_src);
		if (p->ip6->ip6_nxt != IPPROTO_UDP)
			return 0;
	} else {
		return 0;
	}
	p->hello = (void *)(p->udp + 1);
	return p->udp->dest == htons(PORT);
}

static int record(const char *dev, const char *file)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct sockaddr_ll addr;
	int fd = open_dev(dev, &addr);
	FILE *f = fopen(file, "w");
	unsigned int n = 0;
	uint8_t buf[FRAME];
	struct parts p;

	if (!f)
		die(file);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	while (!stop) {
		ssize_t len = recv(fd, buf, sizeof(buf), 0);
		uint16_t l = len;

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			die("recv");
		if (!dissect(buf, len, &p))
			continue;
		fwrite(&l, sizeof(l), 1, f);
		fwrite(buf, len, 1, f);
		fflush(f);
		n++;
	}
	fclose(f);
	printf("%u\n", n);
	return 0;
}

static void swap(void *a, void *b, size_t len)
{
	uint8_t tmp[16];

	memcpy(tmp, a, len);
	memcpy(a, b, len);
	memcpy(b, tmp, len);
}

static uint16_t sum(const void *data, size_t len, uint32_t start)
{
	const uint8_t *p = data;
	uint32_t total = start;
	size_t i;

	for (i = 0; i < len; i++)
		total += i & 1 ? p[i] : p[i] << 8;
	while (total >> 16)
		total = (total >> 16) + (total & 0xffff);
	return htons(~total);
}

/* the hello is @len long now */
static size_t seal(const struct parts *p, size_t len)
{
	size_t udp_len = sizeof(*p->udp) + len;

	p->udp->len = htons(udp_len);
	/* the recorded one may not be filled in yet */
	p->udp->check = 0;
	if (p->ip) {
		p->ip->tot_len = htons(sizeof(*p->ip) + udp_len);
		p->ip->check = 0;
		p->ip->check = sum(p->ip, sizeof(*p->ip), 0);
		return sizeof(*p->eth) + sizeof(*p->ip) + udp_len;
	}
	p->ip6->ip6_plen = htons(udp_len);
	/* the pseudo-header: both addresses, the length, the protocol */
	p->udp->check = sum(p->udp, udp_len, IPPROTO_UDP + udp_len + (uint16_t)
			    ~ntohs(sum(p->from, 2 * p->addr_len, 0)));
	return sizeof(*p->eth) + sizeof(*p->ip6) + udp_len;
}

struct bend {
	int swap;
	const char *from;
	unsigned int truncate;
	int shorten;
	int flip;
	struct {
		const char *at;
		int value;
	} set[SETS];
	unsigned int sets;
	const char *twice;
	unsigned int lengthen;
	int fix;
	int no_sum;
	int bad_sum;
	unsigned int last;
	unsigned int times;
	unsigned int gap;
};

static int is_from(const struct parts *p, const char *from)
{
	uint8_t addr[16];

	return inet_pton(p->ip ? AF_INET : AF_INET6, from, addr) == 1 &&
	       !memcmp(p->from, addr, p->addr_len);
}

static size_t fixed(const struct parts *p, size_t len, int fix)
{
	if (fix && len >= 6) {
		p->hello[4] = len >> 8;
		p->hello[5] = len;
	}
	return seal(p, len);
}

/* where the first TLV of this name begins */
static size_t find_tlv(const uint8_t *hello, const char *name)
{
	int type = strncmp(name, "member", 6) ? 1 : 2;
	size_t at = HEADER;

	while ((hello[at] << 8 | hello[at + 1]) != type && at < FRAME / 2)
		at += 4 + (hello[at + 2] << 8 | hello[at + 3]);
	return at;
}

/* "N", or "TLV+N": byte N of its value */
static size_t position(const uint8_t *hello, const char *at)
{
	const char *plus = strchr(at, '+');

	if (plus)
		return find_tlv(hello, at) + 4 + atoi(plus + 1);
	return atoi(at);
}

/* Returns the length of what is to be sent, 0 = nothing. */
static size_t bend(uint8_t *buf, size_t len, const struct bend *b)
{
	struct parts p;
	size_t tlv, at;
	unsigned int i;

	if (!dissect(buf, len, &p) || (b->from && !is_from(&p, b->from)))
		return 0;
	len = ntohs(p.udp->len) - sizeof(*p.udp);
	if (b->swap) {
		swap(p.eth->ether_dhost, p.eth->ether_shost, ETH_ALEN);
		swap(p.from, p.to, p.addr_len);
	}
	if (b->flip >= 0)
		p.hello[b->flip] ^= 0xff;
	for (i = 0; i < b->sets; i++)
		p.hello[position(p.hello, b->set[i].at)] = b->set[i].value;
	if (b->twice) {
		at = find_tlv(p.hello, b->twice);
		tlv = 4 + (p.hello[at + 2] << 8 | p.hello[at + 3]);
		memcpy(p.hello + len, p.hello + at, tlv);
		len += tlv;
	}
	len = fixed(&p, len - b->truncate, b->fix);
	if (b->no_sum)
		p.udp->check = 0;
	if (b->bad_sum)
		p.udp->check ^= 0x1234;
	return len;
}

static unsigned int put(int fd, uint8_t *buf, size_t len, const struct bend *b)
{
	static uint8_t longer[LONGEST];
	size_t n = 0, all;
	struct parts p;

	if (b->lengthen) {
		memset(longer, 0, sizeof(longer));
		memcpy(longer, buf, len);
		buf = longer;
	}
	dissect(buf, len, &p);
	if (b->lengthen)
		len = fixed(&p, ntohs(p.udp->len) - sizeof(*p.udp) +
			    b->lengthen, b->fix);
	all = ntohs(p.udp->len) - sizeof(*p.udp);
	do {
		if (b->shorten)
			len = fixed(&p, n, b->fix);
		if (send(fd, buf, len, 0) < 0)
			die("send");
	} while (b->shorten && ++n < all);
	return b->shorten ? n : 1;
}

static int send_all(const char *dev, const char *file, const struct bend *b)
{
	unsigned int n = 0, total = 0, i, t;
	static struct {
		uint16_t len;
		uint8_t buf[FRAME];
	} frame[20000];
	struct sockaddr_ll addr;
	int fd = open_dev(dev, &addr);
	FILE *f = fopen(file, "r");

	if (!f)
		die(file);
	while (n < sizeof(frame) / sizeof(frame[0]) &&
	       fread(&frame[n].len, sizeof(frame[n].len), 1, f) == 1 &&
	       fread(frame[n].buf, frame[n].len, 1, f) == 1) {
		frame[n].len = bend(frame[n].buf, frame[n].len, b);
		n += frame[n].len > 0;
	}
	fclose(f);
	for (t = 0; t < b->times; t++) {
		i = b->last && b->last < n ? n - b->last : 0;
		for (; i < n; i++) {
			total += put(fd, frame[i].buf, frame[i].len, b);
			if (b->gap)
				usleep(b->gap);
		}
	}
	printf("%u\n", total);
	return 0;
}

int main(int argc, char **argv)
{
	struct bend b = { .flip = -1, .times = 1 };
	int i;

	if (argc == 4 && !strcmp(argv[1], "record"))
		return record(argv[2], argv[3]);
	if (argc < 4 || strcmp(argv[1], "send")) {
		fprintf(stderr, "usage: trunk_hello record|send DEV FILE ...\n");
		return 1;
	}
	for (i = 4; i < argc; i++) {
		const char *word = argv[i];

		if (!strcmp(word, "swap")) {
			b.swap = 1;
			continue;
		}
		if (!strcmp(word, "shorten")) {
			b.shorten = 1;
			continue;
		}
		if (!strcmp(word, "no-checksum")) {
			b.no_sum = 1;
			continue;
		}
		if (!strcmp(word, "bad-checksum")) {
			b.bad_sum = 1;
			continue;
		}
		if (!strcmp(word, "fix")) {
			b.fix = 1;
			continue;
		}
		if (++i == argc)
			break;
		if (!strcmp(word, "set") && i + 1 < argc) {
			if (b.sets == SETS)
				break;
			b.set[b.sets].at = argv[i];
			b.set[b.sets++].value = atoi(argv[++i]);
		} else if (!strcmp(word, "double")) {
			b.twice = argv[i];
			b.fix = 1;
		} else if (!strcmp(word, "from"))
			b.from = argv[i];
		else if (!strcmp(word, "truncate"))
			b.truncate = atoi(argv[i]);
		else if (!strcmp(word, "lengthen"))
			b.lengthen = atoi(argv[i]);
		else if (!strcmp(word, "flip"))
			b.flip = atoi(argv[i]);
		else if (!strcmp(word, "last"))
			b.last = atoi(argv[i]);
		else if (!strcmp(word, "times"))
			b.times = atoi(argv[i]);
		else if (!strcmp(word, "gap"))
			b.gap = atoi(argv[i]);
		else
			break;
	}
	if (i < argc) {
		fprintf(stderr, "trunk_hello: what is \"%s\"?\n", argv[i]);
		return 1;
	}
	return send_all(argv[2], argv[3], &b);
}
