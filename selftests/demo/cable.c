// SPDX-License-Identifier: GPL-2.0
/*
 * Set links up or down all at once, in several namespaces, and print the time
 * (CLOCK_MONOTONIC, ns) just before the first one: a power cut has no order.
 *
 *	cable down|up NETNS:DEV...
 *	cable now			print the time only
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "flows.h"

#define TARGETS_MAX 16

struct target {
	int fd;
	struct ifreq ifr;
};

static void __attribute__((noreturn)) fail(const char *what)
{
	perror(what);
	exit(1);
}

/* A socket stays in the namespace in which it was made. */
static void target_open(struct target *t, char *arg, int up)
{
	char path[256], *dev = strchr(arg, ':');
	int ns;

	if (!dev)
		exit((fprintf(stderr, "%s: want NETNS:DEV\n", arg), 1));
	*dev++ = '\0';
	snprintf(path, sizeof(path), "/run/netns/%s", arg);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		fail(path);
	close(ns);
	t->fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (t->fd < 0)
		fail("socket");
	memset(&t->ifr, 0, sizeof(t->ifr));
	snprintf(t->ifr.ifr_name, sizeof(t->ifr.ifr_name), "%s", dev);
	if (ioctl(t->fd, SIOCGIFFLAGS, &t->ifr))
		fail(dev);
	if (up)
		t->ifr.ifr_flags |= IFF_UP;
	else
		t->ifr.ifr_flags &= ~IFF_UP;
}

int main(int argc, char **argv)
{
	struct target t[TARGETS_MAX];
	uint64_t time;
	int i, up;

	if (argc == 2 && !strcmp(argv[1], "now")) {
		printf("%lu\n", now_ns(CLOCK_MONOTONIC));
		return 0;
	}
	if (argc < 3 || argc > 2 + TARGETS_MAX ||
	    (strcmp(argv[1], "up") && strcmp(argv[1], "down"))) {
		fprintf(stderr, "usage: cable down|up NETNS:DEV...\n"
			"       cable now\n");
		return 1;
	}
	up = !strcmp(argv[1], "up");
	for (i = 2; i < argc; i++)
		target_open(&t[i - 2], argv[i], up);
	time = now_ns(CLOCK_MONOTONIC);
	for (i = 2; i < argc; i++)
		if (ioctl(t[i - 2].fd, SIOCSIFFLAGS, &t[i - 2].ifr))
			fail(t[i - 2].ifr.ifr_name);
	printf("%lu\n", time);
	return 0;
}
