// SPDX-License-Identifier: GPL-2.0
/* monitor: state changes as they happen */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "args.h"
#include "cmds.h"
#include "nl.h"

#define A(x)	ETRUNK_A_EVENT_##x

static const struct name types[] = {
	{ ETRUNK_EVENT_BFD_STATE, "bfd-state" },
	{ ETRUNK_EVENT_TRUNK_STATE, "e-trunk-state" },
	{ ETRUNK_EVENT_MEMBER_STATE, "member-state" },
	{ ETRUNK_EVENT_PW_STATE, "pw-state" },
	{ ETRUNK_EVENT_VPWS_SWITCH, "vpws-switch" },
	{ ETRUNK_EVENT_FAULT, "fault" },
	{ ETRUNK_EVENT_CONFIG, "config" },
	{ 0 }
};

static const struct key keys[] = {
	{ .json = "time", .attr = A(TIME), .type = T_STAMP },
	{ .json = "event", .attr = A(TYPE), .type = T_ENUM, .names = types },
	{ .json = "object", .attr = A(OBJECT), .type = T_STRING },
	{ .json = "from", .attr = A(FROM), .type = T_STRING },
	{ .json = "to", .attr = A(TO), .type = T_STRING },
	{ .json = "reason", .attr = A(REASON), .type = T_STRING },
	{ .json = "seq", .attr = A(SEQ), .type = T_U32 },
	{ 0 }
};

const struct object object_event = {
	.word = "event",
	.keys = keys,
};

static struct {
	const struct object *wanted[16];
	int n;
	bool have_seq;
	uint32_t seq;
	bool lost;
} mon;

static bool is_wanted(const char *object)
{
	size_t len;
	int i;

	if (!mon.n)
		return true;
	for (i = 0; object && i < mon.n; i++) {
		len = strlen(mon.wanted[i]->word);
		if (!strncmp(object, mon.wanted[i]->word, len) &&
		    (!object[len] || object[len] == ' '))
			return true;
	}
	return false;
}

static void put_clean(const char *s)
{
	for (; *s; s++)
		putchar((unsigned char)*s < ' ' || *s == 0x7f ? '?' : *s);
}

static void event_text(const struct inst *ev)
{
	const char *from = inst_str(ev, A(FROM)), *to = inst_str(ev, A(TO));
	const char *object = inst_str(ev, A(OBJECT));
	const char *reason = inst_str(ev, A(REASON));
	const char *type = name_word(types, inst_num(ev, A(TYPE)));

	if (opts.timestamp) {
		put_rfc3339(stdout, inst_num(ev, A(TIME)));
		putchar(' ');
	}
	printf("%s: ", type ? type : "event");
	put_clean(object ? object : "-");
	if (from || to) {
		printf(" %s", out_color(from));
		put_clean(from ? from : "none");
		printf("%s -> %s", out_color_end(from), out_color(to));
		put_clean(to ? to : "none");
		fputs(out_color_end(to), stdout);
	}
	if (reason) {
		fputs(" (", stdout);
		put_clean(reason);
		putchar(')');
	}
	putchar('\n');
}

static void put_event(const struct inst *ev)
{
	if (opts.json)
		js_inst(ev, false);
	else
		event_text(ev);
	fflush(stdout);
}

static void on_event(const struct inst *ev)
{
	uint32_t seq = inst_num(ev, A(SEQ));

	if (inst_has(ev, A(SEQ))) {
		if (mon.have_seq && seq != mon.seq + 1)
			mon.lost = true;
		mon.have_seq = true;
		mon.seq = seq;
	}
	if (is_wanted(inst_str(ev, A(OBJECT))))
		put_event(ev);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void put_overrun(void)
{
	if (opts.json) {
		js_object(NULL);
		js_stamp("time", now_ns());
		js_str("event", "overrun");
		js_null("object");
		js_null("from");
		js_null("to");
		js_null("reason");
		js_null("seq");
		js_end();
	} else {
		puts("overrun: events were lost, the present states follow");
	}
	fflush(stdout);
}

static const struct {
	const struct object *obj;
	uint32_t type;
	const char *state;
} states[] = {
	{ &object_bfd, ETRUNK_EVENT_BFD_STATE, "state" },
	{ &object_pw, ETRUNK_EVENT_PW_STATE, "state" },
	{ &object_trunk, ETRUNK_EVENT_TRUNK_STATE, "state" },
	{ &object_member, ETRUNK_EVENT_MEMBER_STATE, "state" },
	{ &object_vpws, ETRUNK_EVENT_VPWS_SWITCH, "active_pw" },
};

static char *text_of(const struct inst *in, const char *json)
{
	const struct key *k;

	for (k = in->obj->keys; k->attr || k->json; k++)
		if (k->json && !strcmp(k->json, json))
			return key_text(k, in);
	return NULL;
}

/* One line per object with the state it has now. */
static int resync(void)
{
	struct list l;
	unsigned int i, j;
	int rc;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		rc = nl_dump(states[i].obj, false, &l);
		if (rc)
			return rc;
		for (j = 0; j < l.n; j++) {
			char *label = inst_label(l.in[j]);
			char *to = text_of(l.in[j], states[i].state);
			char *reason = text_of(l.in[j], "reason");
			struct inst *ev = inst_new(&object_event);
			uint64_t now = now_ns();

			inst_put_u32(ev, A(TYPE), states[i].type);
			inst_put(ev, A(TIME), &now, sizeof(now));
			inst_put_str(ev, A(OBJECT), label);
			if (to)
				inst_put_str(ev, A(TO), to);
			if (reason)
				inst_put_str(ev, A(REASON), reason);
			if (is_wanted(label))
				put_event(ev);
			inst_free(ev);
			free(label);
			free(to);
			free(reason);
		}
		list_free(&l);
	}
	return RC_DONE;
}

static int loop(int efd, int sfd)
{
	/* A reader of ours that has gone shows as an error on the pipe. */
	struct pollfd p[3] = {
		{ .fd = efd, .events = POLLIN },
		{ .fd = sfd, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};
	int err, rc;

	for (;;) {
		if (poll(p, 3, -1) < 0) {
			if (errno == EINTR)
				continue;
			error("poll: %s", strerror(errno));
			return RC_USAGE;
		}
		if (p[1].revents || p[2].revents & POLLERR)
			return RC_DONE;
		if (!p[0].revents)
			continue;
		do {
			err = nl_event_read(efd, on_event);
			if (ferror(stdout))
				return RC_USAGE;
		} while (!err);
		if (err == ENOBUFS) {
			mon.lost = true;
			mon.have_seq = false;
		} else if (err != EAGAIN && err != EINTR) {
			error("events: %s", strerror(err));
			return RC_USAGE;
		}
		if (mon.lost) {
			mon.lost = false;
			put_overrun();
			rc = resync();
			if (rc)
				return rc;
		}
	}
}

int cmd_monitor(int argc, char **argv)
{
	const struct object *obj;
	sigset_t set;
	int rc, efd, sfd;

	for (; argc; argc--, argv++) {
		obj = object_find(*argv);
		if (!obj) {
			error("monitor: unknown object \"%s\"", *argv);
			return RC_USAGE;
		}
		if (mon.n == 16) {
			error("monitor: object \"%s\" is given twice", *argv);
			return RC_USAGE;
		}
		mon.wanted[mon.n++] = obj;
	}
	rc = nl_open();
	if (rc)
		return rc;
	opts.pretty = false;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	sfd = signalfd(-1, &set, SFD_CLOEXEC);
	efd = nl_event_open();
	if (efd < 0)
		return RC_USAGE;
	rc = loop(efd, sfd);
	close(sfd);
	return rc;
}
