// SPDX-License-Identifier: GPL-2.0
/*
 * Traffic between two CEs: 16 flows of numbered frames, 1,000 frames per second
 * in total, in each direction, as raw Ethernet frames that carry IPv4 and UDP.
 * Each flow has its own MAC addresses, IP addresses and ports, so that every
 * hash policy of a bond spreads the flows.
 *
 *	flows run DEV LOG 1|2		send as CE 1 or 2 and log until SIGTERM
 *	flows report LOG1 LOG2 FROM TO [-v]
 *
 * "report" looks at the frames sent from FROM up to TO (CLOCK_MONOTONIC, ns)
 * and prints a line per direction (-v: also per flow). The longest gap is the
 * longest time between two frames of one flow that arrive one after the other,
 * of those gaps that reach into the window, cut off at its end. "late" is how late the sender was
 * at worst, i.e. what the test itself adds to a gap.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flows.h"

struct frame {
	struct ethhdr eth;
	struct iphdr ip;
	struct udphdr udp;
	uint32_t magic;
	uint32_t seq;
	uint16_t flow;
	uint16_t from;
	uint8_t pad[32];
} __attribute__((packed));

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static void __attribute__((noreturn)) fail(const char *what)
{
	perror(what);
	exit(1);
}

static struct flows_log *log_map(const char *path, bool create)
{
	struct flows_log *log;
	int fd;

	fd = open(path, create ? O_RDWR | O_CREAT | O_TRUNC : O_RDONLY, 0644);
	if (fd < 0)
		fail(path);
	if (create && ftruncate(fd, FLOWS_LOG_SIZE))
		fail(path);
	log = mmap(NULL, FLOWS_LOG_SIZE,
		   create ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
	if (log == MAP_FAILED)
		fail(path);
	close(fd);
	if (create)
		log->magic = FLOWS_MAGIC;
	else if (log->magic != FLOWS_MAGIC || log->count > FLOWS_MAX)
		exit((fprintf(stderr, "%s: no flow log\n", path), 1));
	return log;
}

static void log_add(struct flows_log *log, uint64_t time, int kind, int flow,
		    uint32_t seq)
{
	struct flows_record *r;

	if (log->count == FLOWS_MAX)
		return;
	r = &log->record[log->count];
	r->time = time;
	r->seq = seq;
	r->flow = flow;
	r->kind = kind;
	log->count++;
}

static uint16_t ip_checksum(struct iphdr ip)
{
	uint16_t w[sizeof(ip) / 2];
	uint32_t sum = 0;
	unsigned int i;

	memcpy(w, &ip, sizeof(w));
	for (i = 0; i < sizeof(ip) / 2; i++)
		sum += w[i];
	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;
	return ~sum;
}

/* The last bytes of the two addresses differ by flow: layer2 uses only them. */
static void frame_mac(uint8_t *mac, int ce, int flow)
{
	memcpy(mac, (uint8_t[]){ 0x02, 0xce, 0, ce, 0,
				 ce == 1 ? flow : 2 * flow }, ETH_ALEN);
}

static void frame_init(struct frame *f, int ce, int flow)
{
	int to = 3 - ce;

	memset(f, 0, sizeof(*f));
	frame_mac(f->eth.h_source, ce, flow);
	frame_mac(f->eth.h_dest, to, flow);
	f->eth.h_proto = htons(ETH_P_IP);
	f->ip.version = 4;
	f->ip.ihl = 5;
	f->ip.ttl = 64;
	f->ip.protocol = IPPROTO_UDP;
	f->ip.tot_len = htons(sizeof(*f) - sizeof(f->eth));
	f->ip.saddr = htonl(0x0a640000 | ce << 8 | (16 + flow));
	f->ip.daddr = htonl(0x0a640000 | to << 8 | (16 + flow));
	f->ip.check = ip_checksum(f->ip);
	f->udp.source = htons(20000 + 3 * flow);
	f->udp.dest = htons(30000 + flow);
	f->udp.len = htons(sizeof(*f) - sizeof(f->eth) - sizeof(f->ip));
	f->magic = htonl(FLOWS_MAGIC);
	f->flow = htons(flow);
	f->from = htons(ce);
}

static void receive(int fd, struct flows_log *log, int ce, uint64_t offset)
{
	union {
		char buf[CMSG_SPACE(sizeof(struct timespec))];
		struct cmsghdr align;
	} control;
	struct frame f;
	struct iovec iov = { &f, sizeof(f) };
	struct cmsghdr *c;
	struct timespec ts;
	uint64_t time;

	for (;;) {
		struct msghdr msg = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control),
		};
		ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT);

		if (n < 0)
			return;
		if (n != sizeof(f) || f.magic != htonl(FLOWS_MAGIC) ||
		    f.from == htons(ce) || ntohs(f.flow) >= FLOWS)
			continue;
		time = now_ns(CLOCK_MONOTONIC);
		c = CMSG_FIRSTHDR(&msg);
		if (c && c->cmsg_type == SO_TIMESTAMPNS) {
			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
			time = ts.tv_sec * 1000000000ULL + ts.tv_nsec - offset;
		}
		log_add(log, time, FLOWS_RX, ntohs(f.flow), ntohl(f.seq));
	}
}

static int run(const char *dev, const char *path, int ce)
{
	struct sched_param param = { .sched_priority = 10 };
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex(dev),
	};
	struct packet_mreq mreq = {
		.mr_ifindex = sll.sll_ifindex,
		.mr_type = PACKET_MR_PROMISC,
	};
	struct sigaction sa = { .sa_handler = stop };
	struct frame frames[FLOWS];
	uint32_t seq[FLOWS] = {};
	struct flows_log *log;
	struct pollfd pfd;
	uint64_t next, now, offset;
	int fd, one = 1, size = 4 << 20, flow;

	if (!sll.sll_ifindex)
		fail(dev);
	log = log_map(path, true);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0)
		fail("socket");
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one,
		       sizeof(one)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq,
		       sizeof(mreq)) ||
	    bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		fail(dev);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		fail("real time");
	for (flow = 0; flow < FLOWS; flow++)
		frame_init(&frames[flow], ce, flow);

	offset = realtime_offset();
	pfd = (struct pollfd){ .fd = fd, .events = POLLIN };
	next = now_ns(CLOCK_MONOTONIC) + TICK_NS;
	for (flow = 0; !stopped;) {
		struct timespec wait = {};

		now = now_ns(CLOCK_MONOTONIC);
		if (now < next) {
			wait.tv_nsec = next - now;
			if (ppoll(&pfd, 1, &wait, NULL) > 0)
				receive(fd, log, ce, offset);
			continue;
		}
		frames[flow].seq = htonl(seq[flow]);
		log_add(log, now, FLOWS_TX, flow, seq[flow]);
		/* what cannot be sent is lost: that is what is measured */
		if (send(fd, &frames[flow], sizeof(frames[flow]),
			 MSG_DONTWAIT) < 0 && errno == EBADF)
			fail("send");
		seq[flow]++;
		flow = (flow + 1) % FLOWS;
		/* never catch up by a burst after the clock leapt */
		next += TICK_NS;
		if (next + 10 * TICK_NS < now)
			next = now;
	}
	/* what is still on its way */
	usleep(100000);
	receive(fd, log, ce, offset);
	return 0;
}

struct seen {
	uint64_t sent;
	uint32_t got;
};

struct result {
	uint64_t sent, lost, dup, reorder;
	uint64_t gap, gap_from;
	int gap_flow;
};

/* one flow in one direction */
static void analyse(const struct flows_log *tx, const struct flows_log *rx,
		    int flow, uint64_t from, uint64_t to, struct result *res)
{
	uint64_t last = from, end = to, gap;
	uint32_t i, n = 0, highest = 0;
	bool any = false;
	struct seen *seen;

	memset(res, 0, sizeof(*res));
	res->gap_flow = flow;
	for (i = 0; i < tx->count; i++)
		if (tx->record[i].kind == FLOWS_TX &&
		    tx->record[i].flow == flow)
			n++;
	seen = calloc(n + 1, sizeof(*seen));
	if (!seen)
		fail("calloc");
	for (i = 0; i < tx->count; i++) {
		const struct flows_record *r = &tx->record[i];

		if (r->kind == FLOWS_TX && r->flow == flow && r->seq < n)
			seen[r->seq].sent = r->time;
	}
	for (i = 0; i < rx->count; i++) {
		const struct flows_record *r = &rx->record[i];

		if (r->kind != FLOWS_RX || r->flow != flow || r->seq >= n)
			continue;
		seen[r->seq].got++;
		if (seen[r->seq].sent >= from && seen[r->seq].sent < to) {
			if (any && r->seq < highest)
				res->reorder++;
			if (seen[r->seq].got > 1)
				res->dup++;
		}
		if (!any || r->seq > highest)
			highest = r->seq;
		/* the gap that ends here, if it reaches into the window */
		if (r->time > from && (!any || last < to)) {
			gap = r->time < to ? r->time : to;
			gap = gap > last ? gap - last : 0;
			if (gap > res->gap) {
				res->gap = gap;
				res->gap_from = last;
			}
		}
		last = r->time;
		any = true;
	}
	/* nothing came any more: open to the end of the log or the window */
	if (rx->count && rx->record[rx->count - 1].time < end)
		end = rx->record[rx->count - 1].time;
	if (last < end && end - last > res->gap) {
		res->gap = end - last;
		res->gap_from = last;
	}
	for (i = 0; i < n; i++) {
		if (seen[i].sent < from || seen[i].sent >= to)
			continue;
		res->sent++;
		if (!seen[i].got)
			res->lost++;
	}
	free(seen);
}

static uint64_t lateness(const struct flows_log *tx, uint64_t from, uint64_t to)
{
	uint64_t last = 0, worst = 0;
	uint32_t i;

	for (i = 0; i < tx->count; i++) {
		const struct flows_record *r = &tx->record[i];

		if (r->kind != FLOWS_TX)
			continue;
		if (last && r->time >= from && last < to &&
		    r->time - last > TICK_NS + worst)
			worst = r->time - last - TICK_NS;
		last = r->time;
	}
	return worst;
}

static void print_result(const char *name, const struct result *r,
			 uint64_t from, uint64_t late)
{
	printf("%s sent=%lu lost=%lu dup=%lu reorder=%lu gap_us=%lu flow=%d at_us=%ld late_us=%lu\n",
	       name, r->sent, r->lost, r->dup, r->reorder, r->gap / 1000,
	       r->gap_flow, ((int64_t)r->gap_from - (int64_t)from) / 1000,
	       late / 1000);
}

static void report(const char *name, const struct flows_log *tx,
		   const struct flows_log *rx, uint64_t from, uint64_t to,
		   bool verbose)
{
	uint64_t late = lateness(tx, from, to);
	struct result all = {}, r;
	char label[64];
	int flow;

	for (flow = 0; flow < FLOWS; flow++) {
		analyse(tx, rx, flow, from, to, &r);
		if (verbose) {
			snprintf(label, sizeof(label), "%s/%d", name, flow);
			print_result(label, &r, from, late);
		}
		all.sent += r.sent;
		all.lost += r.lost;
		all.dup += r.dup;
		all.reorder += r.reorder;
		if (!flow || r.gap > all.gap) {
			all.gap = r.gap;
			all.gap_flow = flow;
			all.gap_from = r.gap_from;
		}
	}
	print_result(name, &all, from, late);
}

int main(int argc, char **argv)
{
	struct flows_log *one, *two;
	uint64_t from, to;
	bool verbose;

	if (argc == 5 && !strcmp(argv[1], "run") &&
	    (!strcmp(argv[4], "1") || !strcmp(argv[4], "2")))
		return run(argv[2], argv[3], atoi(argv[4]));
	if (argc >= 6 && !strcmp(argv[1], "report")) {
		one = log_map(argv[2], false);
		two = log_map(argv[3], false);
		from = strtoull(argv[4], NULL, 10);
		to = strtoull(argv[5], NULL, 10);
		verbose = argc > 6 && !strcmp(argv[6], "-v");
		report("ce1-ce2", one, two, from, to, verbose);
		report("ce2-ce1", two, one, from, to, verbose);
		return 0;
	}
	fprintf(stderr, "usage: flows run DEV LOG 1|2\n"
		"       flows report LOG1 LOG2 FROM TO [-v]\n");
	return 1;
}
