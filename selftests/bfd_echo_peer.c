// SPDX-License-Identifier: GPL-2.0
/*
 * BFD echo packets as a neighbour, or somebody who plays one, sends them: whole
 * Ethernet frames, with any field wrong.
 *
 *	bfd_echo_peer DEV send [KEY VALUE]... [-- [KEY VALUE]...]... [listen MS]
 *		a frame for each group of keys; with listen, print what came
 *		back of them until MS later: a line for each
 *	bfd_echo_peer DEV listen MS
 *		print a line for each echo packet of our length that comes
 *	bfd_echo_peer DEV bounce [KEY VALUE]...
 *		wait for an echo packet of the other end (IPv4) and send it back
 *		with TTL 254, changed by the keys; besides: flip OFFSET (of the payload), times N
 *
 * Keys (defaults make a good one): mac, from-mac, src, dst (IPv4 or IPv6),
 * ttl, sport, port, options (words), frag (hexadecimal), total (IP length, or
 * what IPv6 calls payload length), udp (its length), sum good|wrong (of IPv4's
 * header), pad (octets after the packet).
 * The payload of sent ones has 77 octets, by which they are known.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
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
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT	3785
#define PAYLOAD	77

static struct config {
	uint8_t mac[6], from_mac[6];
	int family;
	uint8_t src[16], dst[16];
	unsigned int ttl, sport, port, options, frag, total, udp, pad;
	unsigned int flip, times;
	bool wrong_sum;
} c = {
	.ttl = 255, .sport = PORT, .port = PORT, .flip = ~0U, .times = 1,
};

static int sock;

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

static uint32_t sum16(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *p = data;

	for (; len > 1; len -= 2, p += 2)
		sum += p[0] << 8 | p[1];
	if (len)
		sum += p[0] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static unsigned int get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void send_frame(const uint8_t *frame, size_t len)
{
	if (send(sock, frame, len, 0) != (ssize_t)len)
		die("send");
}

static size_t put_ipv4(uint8_t *ip, unsigned int udp_len)
{
	unsigned int len = 20 + c.options * 4;

	memset(ip, 0, len);
	memset(ip + 20, 1, c.options * 4);	/* no operation */
	ip[0] = 0x40 | len / 4;
	ip[1] = 0xc0;
	put16(ip + 2, c.total ? c.total : len + udp_len);
	put16(ip + 6, c.frag);
	ip[8] = c.ttl;
	ip[9] = IPPROTO_UDP;
	memcpy(ip + 12, c.src, 4);
	memcpy(ip + 16, c.dst, 4);
	put16(ip + 10, 0xffff - fold(sum16(ip, len, 0)));
	if (c.wrong_sum)
		ip[10] ^= 1;
	return len;
}

static size_t put_ipv6(uint8_t *ip, unsigned int udp_len)
{
	memset(ip, 0, 40);
	ip[0] = 0x60;
	put16(ip + 4, c.total ? c.total : udp_len);
	ip[6] = IPPROTO_UDP;
	ip[7] = c.ttl;
	memcpy(ip + 8, c.src, 16);
	memcpy(ip + 24, c.dst, 16);
	return 40;
}

static void send_made(void)
{
	unsigned int udp_len = 8 + PAYLOAD, alen = c.family == AF_INET6 ? 16 : 4;
	uint8_t frame[300] = {}, *udp;
	uint32_t sum;

	memcpy(frame, c.mac, 6);
	memcpy(frame + 6, c.from_mac, 6);
	put16(frame + 12, c.family == AF_INET6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
	udp = frame + 14;
	udp += c.family == AF_INET6 ? put_ipv6(udp, udp_len) :
				      put_ipv4(udp, udp_len);
	put16(udp, c.sport);
	put16(udp + 2, c.port);
	put16(udp + 4, c.udp ? c.udp : udp_len);
	memset(udp + 8, 0x5a, PAYLOAD);
	sum = sum16(c.src, alen, IPPROTO_UDP + udp_len);
	sum = sum16(c.dst, alen, sum);
	put16(udp + 6, 0xffff - fold(sum16(udp, udp_len, sum)));
	send_frame(frame, udp + udp_len + c.pad - frame);
}

/* The next echo packet that comes in; its length, or 0 if there is none. */
static size_t receive(uint8_t *frame, size_t size, uint64_t until, size_t *udp)
{
	struct pollfd pfd = { .fd = sock, .events = POLLIN };
	struct sockaddr_ll from;
	socklen_t from_len;
	ssize_t len;
	int64_t left;

	for (;;) {
		left = until - now_us();
		if (left < 0)
			left = 0;
		if (poll(&pfd, 1, (left + 999) / 1000) < 1)
			return 0;
		from_len = sizeof(from);
		len = recvfrom(sock, frame, size, 0, (struct sockaddr *)&from,
			       &from_len);
		if (len < 14 + 28 || from.sll_pkttype != PACKET_HOST)
			continue;
		if (get16(frame + 12) == ETHERTYPE_IPV6)
			*udp = 14 + 40;
		else if (get16(frame + 12) == ETHERTYPE_IP)
			*udp = 14 + (frame[14] & 15) * 4;
		else
			continue;
		if (len >= (ssize_t)*udp + 8 && get16(frame + *udp + 2) == PORT)
			return len;
	}
}

static void print_frame(const uint8_t *frame, size_t udp)
{
	bool ipv6 = get16(frame + 12) == ETHERTYPE_IPV6;
	const uint8_t *src = frame + 14 + (ipv6 ? 8 : 12);
	unsigned int alen = ipv6 ? 16 : 4, udp_len = get16(frame + udp + 4);
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
	uint32_t sum;
	bool good;

	if (udp_len != 8 + PAYLOAD)
		return;
	inet_ntop(ipv6 ? AF_INET6 : AF_INET, src, from, sizeof(from));
	inet_ntop(ipv6 ? AF_INET6 : AF_INET, src + alen, to, sizeof(to));
	sum = sum16(src, 2 * alen, IPPROTO_UDP + udp_len);
	good = fold(sum16(frame + udp, udp_len, sum)) == 0xffff &&
	       (ipv6 || fold(sum16(frame + 14, udp - 14, 0)) == 0xffff);
	printf("src=%s dst=%s ttl=%u sport=%u port=%u sums=%s\n", from, to,
	       frame[14 + (ipv6 ? 7 : 8)], get16(frame + udp),
	       get16(frame + udp + 2), good ? "good" : "wrong");
}

static void listen_ms(const char *ms)
{
	uint64_t until = now_us() + strtoul(ms, NULL, 10) * 1000;
	uint8_t frame[2048];
	size_t udp;

	while (receive(frame, sizeof(frame), until, &udp))
		print_frame(frame, udp);
}

static int bounce(void)
{
	uint8_t frame[2048], mac[6], *ip = frame + 14;
	uint64_t until = now_us() + 5000000;
	size_t len, udp;
	unsigned int i;

	/* the other's, not one of this end that came back */
	do {
		len = receive(frame, sizeof(frame), until, &udp);
		if (!len) {
			fprintf(stderr, "no echo packet came\n");
			return 1;
		}
	} while (get16(frame + 12) != ETHERTYPE_IP || ip[8] != 255);
	memcpy(mac, frame, 6);
	memcpy(frame, frame + 6, 6);
	memcpy(frame + 6, mac, 6);
	ip[8] = c.ttl == 255 ? 254 : c.ttl;
	if (c.family)
		memcpy(ip + 12, c.src, 4);
	put16(ip + 10, 0);
	put16(ip + 10, 0xffff - fold(sum16(ip, 20, 0)));
	if (c.flip != ~0U)
		frame[udp + 8 + c.flip] ^= 0x10;
	for (i = 0; i < c.times; i++)
		send_frame(frame, len);
	return 0;
}

static bool get_mac(const char *text, uint8_t *mac)
{
	return sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1,
		      mac + 2, mac + 3, mac + 4, mac + 5) == 6;
}

static bool get_addr(const char *text, uint8_t *addr)
{
	c.family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton(c.family, text, addr) == 1;
}

static bool set(const char *key, const char *value)
{
	static const struct {
		const char *key;
		unsigned int *value;
		int base;
	} keys[] = {
		{ "ttl", &c.ttl, 10 },
		{ "sport", &c.sport, 10 },
		{ "port", &c.port, 10 },
		{ "options", &c.options, 10 },
		{ "frag", &c.frag, 16 },
		{ "total", &c.total, 10 },
		{ "udp", &c.udp, 10 },
		{ "pad", &c.pad, 10 },
		{ "flip", &c.flip, 10 },
		{ "times", &c.times, 10 },
	};
	size_t i;

	if (!strcmp(key, "mac"))
		return get_mac(value, c.mac);
	if (!strcmp(key, "from-mac"))
		return get_mac(value, c.from_mac);
	if (!strcmp(key, "src"))
		return get_addr(value, c.src);
	if (!strcmp(key, "dst"))
		return get_addr(value, c.dst);
	if (!strcmp(key, "sum")) {
		c.wrong_sum = !strcmp(value, "wrong");
		return true;
	}
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(key, keys[i].key))
			continue;
		*keys[i].value = strtoul(value, NULL, keys[i].base);
		return true;
	}
	return false;
}

static char **set_all(char **argv)
{
	while (argv[0] && argv[1] && set(argv[0], argv[1]))
		argv += 2;
	return argv;
}

static int send_all(char **argv)
{
	struct config plain = c;

	for (;;) {
		argv = set_all(argv);
		send_made();
		if (!argv[0])
			return 0;
		if (!strcmp(argv[0], "listen") && argv[1]) {
			listen_ms(argv[1]);
			return 0;
		}
		if (strcmp(argv[0], "--")) {
			fprintf(stderr, "unknown key %s\n", argv[0]);
			return 2;
		}
		argv++;
		c = plain;
	}
}

static void open_sock(const char *dev)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(dev),
	};
	struct ifreq ifr = {};

	sock = socket(AF_PACKET, SOCK_RAW, 0);
	if (sock < 0 || bind(sock, (struct sockaddr *)&ll, sizeof(ll)))
		die("packet socket");
	strncpy(ifr.ifr_name, dev, sizeof(ifr.ifr_name) - 1);
	if (ioctl(sock, SIOCGIFHWADDR, &ifr))
		die("hardware address");
	memcpy(c.from_mac, ifr.ifr_hwaddr.sa_data, 6);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 3) {
		fprintf(stderr, "usage: bfd_echo_peer DEV send|listen|bounce ...\n");
		return 2;
	}
	open_sock(argv[1]);
	if (!strcmp(argv[2], "send"))
		return send_all(argv + 3);
	if (!strcmp(argv[2], "listen") && argc == 4) {
		listen_ms(argv[3]);
		return 0;
	}
	if (!strcmp(argv[2], "bounce") && !set_all(argv + 3)[0])
		return bounce();
	fprintf(stderr, "bad command %s\n", argv[2]);
	return 2;
}
