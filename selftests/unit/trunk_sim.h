/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two PEs in virtual time: the role machine, the member election and the hello
 * codec of each, joined by two one-way channels that lose, delay, stop and
 * replay, with a model of BFD beside them. The scenarios are in
 * trunk_sim_*_test.c.
 *
 *	PE 0 (priority 10)  --- channel 0 --->  PE 1 (priority 20)
 *	                    <-- channel 1 ----
 *
 * Time runs in steps of 1 ms, a hello takes one. At every step the number of
 * members that serve is looked at: for how long was there none, or two?
 */
#ifndef _ETRUNK_TRUNK_SIM_H
#define _ETRUNK_TRUNK_SIM_H

#include "member_fsm.h"
#include "trunk_fsm.h"
#include "trunk_pkt.h"

#define MS		1000000ULL
#define SEC		1000ULL	/* in steps */
#define DETECT		30	/* steps of BFD detection */
#define BFD_UP_AFTER	1000	/* steps of a good path until BFD is Up */
#define QUEUE		4096
#define RECORD		20000
#define BUF		256

struct packet {
	u64 at;
	u16 len;
	u8 buf[BUF];
};

struct chan {
	bool cut;	/* nothing passes */
	bool bfd_cut;	/* BFD does not */
	unsigned int loss;	/* of 100 hellos */
	unsigned int delay;	/* steps */
	unsigned int head, tail;
	struct packet q[QUEUE];
};

struct pe {
	bool alive;
	bool unprotected;	/* replay protection is off */
	struct trunk_fsm t;
	struct member_fsm m;
	struct member_fsm_cfg mcfg;
	bool peer_exists;
	struct trunk_pkt_member peer;
	/* BFD */
	bool bfd;	/* configured */
	bool bfd_up;
	bool bfd_signal;	/* says Down to the peer */
	unsigned int bfd_lost, bfd_good;
	/* watched */
	unsigned int serve_moves;	/* changes to or from serving */
	unsigned int role_moves;
	unsigned int accepted, refused, sent;
};

struct sim {
	u64 now;	/* steps */
	struct pe pe[2];
	struct chan ch[2];
	/* everything ever sent, by sender */
	unsigned int recorded[2];
	struct packet record[2][RECORD];
	/* watched */
	u64 none, none_max, dual, dual_max, dual_total;
	u64 since;
};

extern struct sim *s;

u64 rnd(void);
u64 ns(void);
bool serves(const struct pe *pe);
void settle(unsigned int n, u32 acts);
void receive(unsigned int to, const struct packet *p);
void bfd_event(unsigned int n, enum trunk_fsm_bfd what);
void step(void);
void run(u64 steps);
void mark(void);
void power_off(unsigned int n);
void power_on(unsigned int n);
void core(unsigned int n, unsigned int services, unsigned int good);
void links(unsigned int n, bool up);
void mode(unsigned int n, u8 mode);
void protect(unsigned int n, bool on);
void sim_init(u64 seed);
void sim_steady(u64 seed);
void replay(unsigned int from, unsigned int i);

#define EXPECT_SERVES(n) do {						\
	EXPECT_EQ(serves(&s->pe[0]), (n) == 0);				\
	EXPECT_EQ(serves(&s->pe[1]), (n) == 1);				\
} while (0)

#define EXPECT_ROLE(n, st, why) do {					\
	EXPECT_EQ(s->pe[n].t.state, st);				\
	EXPECT_EQ(s->pe[n].t.reason, why);				\
} while (0)

#define MASTER	ETRUNK_TRUNK_MASTER
#define BACKUP	ETRUNK_TRUNK_BACKUP

#endif /* _ETRUNK_TRUNK_SIM_H */
