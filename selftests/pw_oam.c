// SPDX-License-Identifier: GPL-2.0
/*
 * Watches and sends messages of a PW's associated channel, for the tests of PW
 * status. It knows the bytes by itself, so that an error in the module's codec
 * shows.
 *
 *	pw_oam watch DEV...	a line per message, in and out, until SIGTERM:
 *		SECONDS DEV in|out LABEL TTL WORD REFRESH say|ack HEX
 *		(time of the wall clock, PW label and its TTL, HEX from the PW
 *		label on; WORD is "-" if it is no status message)
 *	pw_oam send DEV MAC HEX [COUNT [US]]
 *		HEX follows the ethertype; COUNT times, US apart
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DEVS	8
#define FRAME	2048

static void __attribute__((noreturn)) die(const char *what)
{
	perror(what);
	exit(1);
}

/*
 * At most three labels, then an associated channel header (first nibble 1):
 * neither data nor IP.
 */
static struct sock_filter ach[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_MPLS_UC, 0, 12),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 16),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 2),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 18),
	BPF_JUMP(BPF_JMP | BPF_JA, 5, 0, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 20),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 2),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 22),
	BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 26),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x10, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 256),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static int open_dev(const char *dev, uint16_t proto)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(proto),
		.sll_ifindex = if_nametoindex(dev),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || !sll.sll_ifindex)
		die(dev);
	if (proto) {
		struct sock_fprog prog = {
			.len = sizeof(ach) / sizeof(ach[0]),
			.filter = ach,
		};
		int one = 1;

		if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			       sizeof(prog)) ||
		    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one,
			       sizeof(one)))
			die("setsockopt");
	}
	if (bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		die("bind");
	return fd;
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

/* The PW label is the last but for a GAL below it; nothing stands behind. */
static void show(const char *dev, const char *way, const struct timespec *ts,
		 const uint8_t *p, const uint8_t *end)
{
	const uint8_t *pw = p, *m;

	while (p + 4 <= end && !(p[2] & 1)) {
		p += 4;
		if (p + 4 <= end && get32(p) >> 12 != 13)
			pw = p;
	}
	m = p + 4;
	if (m + 4 > end)
		return;
	printf("%ld.%06ld %s %s %u %u", ts->tv_sec, ts->tv_nsec / 1000, dev,
	       way, get32(pw) >> 12, pw[3]);
	if (m + 16 <= end && get32(m) == 0x10000027)
		printf(" %#x %u %s", get32(m + 12), m[4] << 8 | m[5],
		       m[7] & 0x80 ? "ack" : "say");
	else
		printf(" - - say");
	putchar(' ');
	for (p = pw; p < end; p++)
		printf("%02x", *p);
	putchar('\n');
	fflush(stdout);
}

static void receive(int fd, const char *dev)
{
	union {
		char buf[CMSG_SPACE(sizeof(struct timespec))];
		struct cmsghdr align;
	} control;
	uint8_t frame[FRAME];
	struct iovec iov = { frame, sizeof(frame) };
	struct sockaddr_ll sll;
	struct msghdr msg = {
		.msg_name = &sll,
		.msg_namelen = sizeof(sll),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct timespec ts;
	ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT);

	/* a device may go down and come back */
	if (n < ETH_HLEN || !CMSG_FIRSTHDR(&msg))
		return;
	memcpy(&ts, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(ts));
	show(dev, sll.sll_pkttype == PACKET_OUTGOING ? "out" : "in", &ts,
	     frame + ETH_HLEN, frame + n);
}

static int watch(char **dev)
{
	struct pollfd pfd[DEVS];
	int n, i;

	for (n = 0; dev[n] && n < DEVS; n++)
		pfd[n] = (struct pollfd){
			.fd = open_dev(dev[n], ETH_P_ALL),
			.events = POLLIN,
		};
	while (poll(pfd, n, -1) > 0)
		for (i = 0; i < n; i++)
			if (pfd[i].revents)
				receive(pfd[i].fd, dev[i]);
	return 1;
}

static int hex(const char *s, uint8_t *p, size_t size)
{
	unsigned int byte;
	size_t n;

	for (n = 0; n < size && sscanf(s + 2 * n, "%2x", &byte) == 1; n++)
		p[n] = byte;
	if (s[2 * n]) {
		fprintf(stderr, "bad bytes: %s\n", s + 2 * n);
		exit(2);
	}
	return n;
}

static int transmit(const char *dev, const char *mac, const char *bytes,
		    unsigned long count, unsigned long us)
{
	uint8_t frame[FRAME] = { [6] = 2, [11] = 9, [12] = 0x88, [13] = 0x47 };
	unsigned int b[6];
	int fd, i, len;

	if (sscanf(mac, "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4],
		   &b[5]) != 6) {
		fprintf(stderr, "bad address %s\n", mac);
		return 2;
	}
	for (i = 0; i < 6; i++)
		frame[i] = b[i];
	len = ETH_HLEN + hex(bytes, frame + ETH_HLEN, FRAME - ETH_HLEN);
	fd = open_dev(dev, 0);
	while (count--) {
		if (send(fd, frame, len, 0) != len)
			die("send");
		if (us)
			usleep(us);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "watch"))
		return watch(argv + 2);
	if (argc >= 5 && !strcmp(argv[1], "send"))
		return transmit(argv[2], argv[3], argv[4],
				argc > 5 ? strtoul(argv[5], NULL, 0) : 1,
				argc > 6 ? strtoul(argv[6], NULL, 0) : 0);
	fprintf(stderr, "usage: pw_oam watch DEV...\n"
		"       pw_oam send DEV MAC HEX [COUNT [US]]\n");
	return 2;
}
