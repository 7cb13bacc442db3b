// SPDX-License-Identifier: GPL-2.0
/*
 * What can be seen from outside of a PE, as lines "TIME TAB WHO TAB WHAT" with
 * CLOCK_MONOTONIC in ns, until SIGTERM:
 *
 *	witness lacp DEV=NAME...		LACPDUs that come in, when they change
 *	witness status DEV=NAME...	PW status messages (RFC 6478) that come in
 *	witness ports BOND WHO		ports of a bond that carry traffic
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "flows.h"

#define DEVS_MAX	8
#define POLL_MS		5

struct dev {
	char *name;
	char last[256];
	int fd;
};

static uint64_t offset;

static void __attribute__((noreturn)) fail(const char *what)
{
	perror(what);
	exit(1);
}

static void say(uint64_t time, const char *who, const char *what)
{
	printf("%lu\t%s\t%s\n", time, who, what);
	fflush(stdout);
}

/* A bond keeps LACPDUs to itself: only a tap for everything sees them. */
static const struct sock_filter lacp_filter[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_SLOW, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 256),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

/*
 * Only frames whose label stack of one or two entries is followed by an
 * associated channel header (first nibble 1): no data.
 */
static const struct sock_filter ach_filter[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_MPLS_UC, 0, 8),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 16),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 2),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 18),
	BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 22),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x10, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 256),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

#define FILTER(f) { .len = sizeof(f) / sizeof((f)[0]), \
		    .filter = (struct sock_filter *)(f) }
static const struct sock_fprog lacp_prog = FILTER(lacp_filter);
static const struct sock_fprog ach_prog = FILTER(ach_filter);

static void dev_open(struct dev *d, char *arg, const struct sock_fprog *prog)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
	};
	char *name = strchr(arg, '=');
	int one = 1;

	if (!name)
		exit((fprintf(stderr, "%s: want DEV=NAME\n", arg), 1));
	*name++ = '\0';
	d->name = name;
	d->last[0] = '\0';
	sll.sll_ifindex = if_nametoindex(arg);
	d->fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (d->fd < 0 || !sll.sll_ifindex ||
	    setsockopt(d->fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) ||
	    setsockopt(d->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one,
		       sizeof(one)) ||
	    setsockopt(d->fd, SOL_SOCKET, SO_ATTACH_FILTER, prog,
		       sizeof(*prog)) ||
	    bind(d->fd, (struct sockaddr *)&sll, sizeof(sll)))
		fail(arg);
}

static const char *lacp_state(uint8_t state, char *buf)
{
	static const char letters[] = "ATGSCDFE"; /* bit 0 first */
	int i;

	for (i = 0; i < 8; i++)
		buf[i] = state & 1 << i ? letters[i] : '-';
	buf[8] = '\0';
	return buf;
}

/* actor and partner of a LACPDU; says only what changed */
static void show_lacp(struct dev *d, const uint8_t *p, ssize_t n, uint64_t time)
{
	char what[sizeof(d->last)], actor[9], partner[9];

	p += ETH_HLEN;
	if (n < ETH_HLEN + 110 || p[0] != 1)
		return;
	snprintf(what, sizeof(what),
		 "LACPDU actor %02x:%02x:%02x:%02x:%02x:%02x key %d port %d %s partner port %d %s",
		 p[6], p[7], p[8], p[9], p[10], p[11], p[12] << 8 | p[13],
		 p[16] << 8 | p[17], lacp_state(p[18], actor),
		 p[36] << 8 | p[37], lacp_state(p[38], partner));
	if (!strcmp(what, d->last))
		return;
	strcpy(d->last, what);
	say(time, d->name, what);
}

static void show_status(struct dev *d, const uint8_t *p, ssize_t n,
			uint64_t time)
{
	const uint8_t *end = p + n, *tlv;
	uint32_t lse = 0;
	char what[128];

	for (p += ETH_HLEN; p + 4 <= end; p += 4) {
		lse = (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
		if (lse & 0x100)
			break;
	}
	p += 4;
	tlv = p + 8;
	if (tlv + 8 > end || (p[2] << 8 | p[3]) != 0x27 ||
	    (tlv[0] << 8 | tlv[1]) != 0x096a)
		return;
	snprintf(what, sizeof(what), "PW status 0x%02x label %u%s refresh %d",
		 (unsigned int)tlv[4] << 24 | tlv[5] << 16 | tlv[6] << 8 |
		 tlv[7], lse >> 12, p[7] & 0x80 ? " ack" : "",
		 p[4] << 8 | p[5]);
	say(time, d->name, what);
}

static void watch_devs(char **args, const struct sock_fprog *prog,
		       void (*show)(struct dev *d, const uint8_t *p, ssize_t n,
				    uint64_t time))
{
	struct pollfd pfd[DEVS_MAX];
	struct dev dev[DEVS_MAX];
	int n = 0, i;

	for (; *args && n < DEVS_MAX; args++, n++) {
		dev_open(&dev[n], *args, prog);
		pfd[n] = (struct pollfd){ .fd = dev[n].fd, .events = POLLIN };
	}
	while (poll(pfd, n, -1) > 0) {
		for (i = 0; i < n; i++) {
			union {
				char buf[CMSG_SPACE(sizeof(struct timespec))];
				struct cmsghdr align;
			} control;
			uint8_t frame[256];
			struct iovec iov = { frame, sizeof(frame) };
			struct msghdr msg = {
				.msg_iov = &iov,
				.msg_iovlen = 1,
				.msg_control = &control,
				.msg_controllen = sizeof(control),
			};
			struct timespec ts;
			ssize_t len;

			if (!pfd[i].revents)
				continue;
			len = recvmsg(dev[i].fd, &msg, MSG_DONTWAIT);
			if (len < 0) {
				/* the device may go down and come back */
				if (errno == ENETDOWN || errno == EAGAIN)
					continue;
				fail(dev[i].name);
			}
			if (!CMSG_FIRSTHDR(&msg))
				continue;
			memcpy(&ts, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(ts));
			show(&dev[i], frame, len,
			     ts.tv_sec * 1000000000ULL + ts.tv_nsec - offset);
		}
	}
}

/*
 * A port carries traffic if it is in the active aggregator and its actor state
 * says collecting and distributing.
 */
static void active_ports(char *text, char *out, size_t size)
{
	int active = -1, aggregator = -1, state;
	char slave[IFNAMSIZ] = "", *line, *save;
	bool actor = false;

	snprintf(out, size, "active ports:");
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		while (*line == ' ' || *line == '\t')
			line++;
		if (sscanf(line, "Slave Interface: %15s", slave) == 1) {
			aggregator = -1;
			actor = false;
		} else if (sscanf(line, "Aggregator ID: %d", &aggregator) == 1) {
			if (!slave[0])
				active = aggregator;
		} else if (!strncmp(line, "details actor", 13)) {
			actor = true;
		} else if (actor &&
			   sscanf(line, "port state: %d", &state) == 1) {
			actor = false;
			if (aggregator == active && (state & 0x30) == 0x30)
				snprintf(out + strlen(out),
					 size - strlen(out), " %s", slave);
		}
	}
	if (out[strlen(out) - 1] == ':')
		strncat(out, " none", size - strlen(out) - 1);
}

static void watch_ports(const char *bond, const char *who)
{
	char path[128], text[8192], what[128], last[128] = "";
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/net/bonding/%s", bond);
	for (;; usleep(POLL_MS * 1000)) {
		fd = open(path, O_RDONLY);
		if (fd < 0)
			fail(path);
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		if (n <= 0)
			continue;
		text[n] = '\0';
		active_ports(text, what, sizeof(what));
		if (strcmp(what, last))
			say(now_ns(CLOCK_MONOTONIC), who, what);
		strcpy(last, what);
	}
}

int main(int argc, char **argv)
{
	struct sched_param param = { .sched_priority = 5 };

	offset = realtime_offset();
	sched_setscheduler(0, SCHED_FIFO, &param);
	if (argc >= 3 && !strcmp(argv[1], "lacp"))
		watch_devs(argv + 2, &lacp_prog, show_lacp);
	else if (argc >= 3 && !strcmp(argv[1], "status"))
		watch_devs(argv + 2, &ach_prog, show_status);
	else if (argc == 4 && !strcmp(argv[1], "ports"))
		watch_ports(argv[2], argv[3]);
	fprintf(stderr, "usage: witness lacp|status DEV=NAME...\n"
		"       witness ports BOND WHO\n");
	return 1;
}
