// SPDX-License-Identifier: GPL-2.0
/*
 * Watches and sends LACPDUs on one device, for the lag tests. It knows the
 * bytes by itself, so that an error in the module's codec shows.
 *
 *	lacp_tool watch DEV SECONDS [COUNT]
 *		prints a line per LACPDU, tagged ones included, as they pass:
 *		TIME in|out src=MAC vlan=ID|- actor=PRIO/MAC/KEY/PORT/STATE
 *		partner=PRIO/MAC/KEY/PORT/STATE
 *		(TIME in ns of the wall clock, STATE hex)
 *	lacp_tool send DEV [KEY=VALUE]...
 *		src= dst= vlan= count= and of the actor and the partner (p...):
 *		sys= prio= key= port= state= psys= pprio= pkey= pport= pstate=
 *		len= (of the frame) tlv= (type of the actor TLV)
 *	lacp_tool marker DEV SRC ID [TYPE]
 *		sends a marker PDU (subtype 2) of TYPE 1, information, or 2
 *	lacp_tool hear DEV SECONDS
 *		prints, in hex, every slow protocols frame that comes in on DEV
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

#define FRAME_LEN	124

struct end {
	uint16_t prio;
	uint8_t sys[6];
	uint16_t key;
	uint16_t port_prio;
	uint16_t port;
	uint8_t state;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void parse_mac(const char *s, uint8_t *mac)
{
	unsigned int b[6];
	int i;

	if (sscanf(s, "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4],
		   &b[5]) != 6) {
		fprintf(stderr, "bad address %s\n", s);
		exit(2);
	}
	for (i = 0; i < 6; i++)
		mac[i] = b[i];
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void put_end(uint8_t *p, uint8_t type, const struct end *e)
{
	p[0] = type;
	p[1] = 20;
	put16(p + 2, e->prio);
	memcpy(p + 4, e->sys, 6);
	put16(p + 10, e->key);
	put16(p + 12, e->port_prio);
	put16(p + 14, e->port);
	p[16] = e->state;
}

static int open_dev(const char *dev, struct sockaddr_ll *sll, int proto)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0)
		die("socket");
	memset(sll, 0, sizeof(*sll));
	sll->sll_family = AF_PACKET;
	sll->sll_protocol = htons(proto);
	sll->sll_ifindex = if_nametoindex(dev);
	if (!sll->sll_ifindex)
		die(dev);
	return fd;
}

static int do_send(int argc, char **argv)
{
	uint8_t frame[1514] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x02,
				0x02, 0x00, 0x00, 0x00, 0x00, 0x77 };
	struct end actor = { 32768, { 2, 0, 0, 0, 0, 0x77 }, 9, 255, 1, 0x3f };
	struct end partner = { 0 };
	int len = FRAME_LEN, count = 1, vlan = -1, tlv = 1, at = 12, i, fd;
	struct sockaddr_ll sll;

	for (i = 1; i < argc; i++) {
		char *v = strchr(argv[i], '=');
		long n;

		if (!v) {
			fprintf(stderr, "bad argument %s\n", argv[i]);
			return 2;
		}
		*v++ = 0;
		n = strtol(v, NULL, 0);
		if (!strcmp(argv[i], "src"))
			parse_mac(v, frame + 6);
		else if (!strcmp(argv[i], "dst"))
			parse_mac(v, frame);
		else if (!strcmp(argv[i], "vlan"))
			vlan = n;
		else if (!strcmp(argv[i], "count"))
			count = n;
		else if (!strcmp(argv[i], "len"))
			len = n;
		else if (!strcmp(argv[i], "tlv"))
			tlv = n;
		else if (!strcmp(argv[i], "sys"))
			parse_mac(v, actor.sys);
		else if (!strcmp(argv[i], "prio"))
			actor.prio = n;
		else if (!strcmp(argv[i], "key"))
			actor.key = n;
		else if (!strcmp(argv[i], "port"))
			actor.port = n;
		else if (!strcmp(argv[i], "state"))
			actor.state = n;
		else if (!strcmp(argv[i], "psys"))
			parse_mac(v, partner.sys);
		else if (!strcmp(argv[i], "pprio"))
			partner.prio = n;
		else if (!strcmp(argv[i], "pkey"))
			partner.key = n;
		else if (!strcmp(argv[i], "pport"))
			partner.port = n;
		else if (!strcmp(argv[i], "pstate"))
			partner.state = n;
		else {
			fprintf(stderr, "bad key %s\n", argv[i]);
			return 2;
		}
	}

	if (vlan >= 0) {
		put16(frame + at, ETH_P_8021Q);
		put16(frame + at + 2, vlan);
		at += 4;
		if (len == FRAME_LEN)
			len += 4;
	}
	put16(frame + at, ETH_P_SLOW);
	frame[at + 2] = 1;
	frame[at + 3] = 1;
	put_end(frame + at + 4, tlv, &actor);
	put_end(frame + at + 24, 2, &partner);
	frame[at + 44] = 3;
	frame[at + 45] = 16;

	fd = open_dev(argv[0], &sll, vlan >= 0 ? ETH_P_8021Q : ETH_P_SLOW);
	for (i = 0; i < count; i++)
		if (sendto(fd, frame, len, 0, (void *)&sll, sizeof(sll)) < 0 &&
		    errno != ENOBUFS)
			die("sendto");
	return 0;
}

/* IEEE 802.1AX-2014 6.5.3.2 */
static int do_marker(int argc, char **argv)
{
	uint8_t frame[FRAME_LEN] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x02 };
	uint32_t id = strtoul(argv[2], NULL, 0);
	struct sockaddr_ll sll;
	int fd;

	parse_mac(argv[1], frame + 6);
	put16(frame + 12, ETH_P_SLOW);
	frame[14] = 2;
	frame[15] = 1;
	frame[16] = argc > 3 ? atoi(argv[3]) : 1;
	frame[17] = 16;
	put16(frame + 18, 1);
	memcpy(frame + 20, frame + 6, 6);
	put16(frame + 26, id >> 16);
	put16(frame + 28, id);
	/* reserved by the standard, and not touched by anybody */
	memset(frame + 34, 0xa5, sizeof(frame) - 34);

	fd = open_dev(argv[0], &sll, ETH_P_SLOW);
	if (sendto(fd, frame, sizeof(frame), 0, (void *)&sll, sizeof(sll)) < 0)
		die("sendto");
	return 0;
}

static int do_hear(char **argv)
{
	struct timespec now, end;
	struct sockaddr_ll sll;
	int fd = open_dev(argv[0], &sll, ETH_P_ALL);

	if (bind(fd, (void *)&sll, sizeof(sll)))
		die("bind");
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += atol(argv[1]);
	setvbuf(stdout, NULL, _IOLBF, 0);

	for (;;) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		uint8_t frame[2048];
		socklen_t n = sizeof(sll);
		long ms;
		int len, i;

		clock_gettime(CLOCK_MONOTONIC, &now);
		ms = (end.tv_sec - now.tv_sec) * 1000 +
		     (end.tv_nsec - now.tv_nsec) / 1000000;
		if (ms <= 0 || poll(&pfd, 1, ms) <= 0)
			return 0;
		len = recvfrom(fd, frame, sizeof(frame), 0, (void *)&sll, &n);
		if (len < 14 || sll.sll_pkttype == PACKET_OUTGOING ||
		    get16(frame + 12) != ETH_P_SLOW)
			continue;
		for (i = 0; i < len; i++)
			printf("%02x", frame[i]);
		printf("\n");
	}
}

static void print_end(const char *name, const uint8_t *p)
{
	printf(" %s=%u/%02x:%02x:%02x:%02x:%02x:%02x/%u/%u/%02x", name,
	       get16(p + 2), p[4], p[5], p[6], p[7], p[8], p[9], get16(p + 10),
	       get16(p + 14), p[16]);
}

static void print_frame(struct msghdr *msg, const uint8_t *f, int len)
{
	struct sockaddr_ll *sll = msg->msg_name;
	struct timespec ts = { 0 };
	struct cmsghdr *c;
	int vlan = -1, at = 12;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == SOL_SOCKET &&
		    c->cmsg_type == SCM_TIMESTAMPNS)
			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		if (c->cmsg_level == SOL_PACKET &&
		    c->cmsg_type == PACKET_AUXDATA) {
			struct tpacket_auxdata aux;

			memcpy(&aux, CMSG_DATA(c), sizeof(aux));
			if (aux.tp_status & TP_STATUS_VLAN_VALID)
				vlan = aux.tp_vlan_tci & 0xfff;
		}
	}
	if (len >= 18 && get16(f + at) == ETH_P_8021Q) {
		vlan = get16(f + at + 2) & 0xfff;
		at += 4;
	}
	if (len < at + 2 + 110 || get16(f + at) != ETH_P_SLOW || f[at + 2] != 1)
		return;

	printf("%lld %s src=%02x:%02x:%02x:%02x:%02x:%02x",
	       ts.tv_sec * 1000000000LL + ts.tv_nsec,
	       sll->sll_pkttype == PACKET_OUTGOING ? "out" : "in",
	       f[6], f[7], f[8], f[9], f[10], f[11]);
	if (vlan >= 0)
		printf(" vlan=%d", vlan);
	else
		printf(" vlan=-");
	print_end("actor", f + at + 4);
	print_end("partner", f + at + 24);
	printf("\n");
}

static int do_watch(int argc, char **argv)
{
	/* of all frames, only those that may be slow protocols */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x0180c200, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { 4, code };
	long left = argc > 2 ? atol(argv[2]) : -1;
	struct timespec now, end;
	struct sockaddr_ll sll;
	int fd, on = 1;

	fd = open_dev(argv[0], &sll, ETH_P_ALL);
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)))
		die("setsockopt");
	if (bind(fd, (void *)&sll, sizeof(sll)))
		die("bind");
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += atol(argv[1]);
	setvbuf(stdout, NULL, _IOLBF, 0);

	while (left) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		struct sockaddr_ll from;
		uint8_t frame[2048], control[256];
		struct iovec iov = { frame, sizeof(frame) };
		struct msghdr msg = { &from, sizeof(from), &iov, 1, control,
				      sizeof(control), 0 };
		long ms;
		int len;

		clock_gettime(CLOCK_MONOTONIC, &now);
		ms = (end.tv_sec - now.tv_sec) * 1000 +
		     (end.tv_nsec - now.tv_nsec) / 1000000;
		if (ms <= 0 || poll(&pfd, 1, ms) <= 0)
			break;
		len = recvmsg(fd, &msg, 0);
		if (len < 0)
			continue;
		print_frame(&msg, frame, len);
		if (left > 0)
			left--;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 4 && !strcmp(argv[1], "watch"))
		return do_watch(argc - 2, argv + 2);
	if (argc >= 3 && !strcmp(argv[1], "send"))
		return do_send(argc - 2, argv + 2);
	if (argc >= 5 && !strcmp(argv[1], "marker"))
		return do_marker(argc - 2, argv + 2);
	if (argc == 4 && !strcmp(argv[1], "hear"))
		return do_hear(argv + 2);
	fprintf(stderr, "usage: lacp_tool watch DEV SECONDS [COUNT]\n"
		"       lacp_tool send DEV [KEY=VALUE]...\n"
		"       lacp_tool marker DEV SRC ID [TYPE]\n"
		"       lacp_tool hear DEV SECONDS\n");
	return 2;
}
