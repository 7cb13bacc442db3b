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
 *		flip N		byte N of the hello inverted
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

static int is_hello(const uint8_t *buf, size_t len)
{
	const struct ether_header *eth = (const void *)buf;
	const struct iphdr *ip = (const void *)(eth + 1);
	const struct udphdr *udp = (const void *)(ip + 1);

	return len > sizeof(*eth) + sizeof(*ip) + sizeof(*udp) &&
	       eth->ether_type == htons(ETHERTYPE_IP) && ip->ihl == 5 &&
	       ip->protocol == IPPROTO_UDP && udp->dest == htons(PORT);
}

static int record(const char *dev, const char *file)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct sockaddr_ll addr;
	int fd = open_dev(dev, &addr);
	FILE *f = fopen(file, "w");
	unsigned int n = 0;
	uint8_t buf[FRAME];

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
		if (!is_hello(buf, len))
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

static uint16_t ip_sum(const void *data)
{
	const uint16_t *p = data;
	uint32_t sum = 0;
	int i;

	for (i = 0; i < 10; i++)
		sum += p[i];
	sum = (sum >> 16) + (sum & 0xffff);
	sum += sum >> 16;
	return ~sum;
}

struct bend {
	int swap;
	in_addr_t from;
	unsigned int truncate;
	int flip;
	unsigned int last;
	unsigned int times;
	unsigned int gap;
};

/* Returns the length of what is to be sent, 0 = nothing. */
static size_t bend(uint8_t *buf, size_t len, const struct bend *b)
{
	struct ether_header *eth = (void *)buf;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	uint8_t *hello = (void *)(udp + 1);

	if (b->from && ip->saddr != b->from)
		return 0;
	if (b->swap) {
		swap(eth->ether_dhost, eth->ether_shost, ETH_ALEN);
		swap(&ip->saddr, &ip->daddr, sizeof(ip->saddr));
	}
	if (b->flip >= 0)
		hello[b->flip] ^= 0xff;
	if (b->truncate) {
		len -= b->truncate;
		ip->tot_len = htons(ntohs(ip->tot_len) - b->truncate);
		udp->len = htons(ntohs(udp->len) - b->truncate);
		ip->check = 0;
		ip->check = ip_sum(ip);
	}
	/* the recorded one may not be filled in yet */
	udp->check = 0;
	return len;
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
			if (send(fd, frame[i].buf, frame[i].len, 0) < 0)
				die("send");
			total++;
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
		if (++i == argc)
			break;
		if (!strcmp(word, "from"))
			b.from = inet_addr(argv[i]);
		else if (!strcmp(word, "truncate"))
			b.truncate = atoi(argv[i]);
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
