// SPDX-License-Identifier: GPL-2.0
/* Sender and receiver of PW status messages on a clock of our own. */
#include "../../kmod/pw_oam_fsm.h"

#include "../kselftest_harness.h"

#define S	NSEC_PER_SEC
#define MS	NSEC_PER_MSEC
#define SEND	ETRUNK_OAM_SEND
#define ACK	ETRUNK_OAM_ACK
#define REMOTE	ETRUNK_OAM_REMOTE

FIXTURE(oam)
{
	struct etrunk_oam_cfg cfg;
	struct etrunk_oam o;
	u64 now;
	unsigned int sends;
	u64 last_send;
};

FIXTURE_SETUP(oam)
{
	self->cfg.enabled = true;
	self->cfg.refresh = 600;
	self->now = 1000 * S;
	etrunk_oam_init(&self->o, &self->cfg);
}

FIXTURE_TEARDOWN(oam)
{
}

#define remote()	etrunk_oam_remote(&self->o, &self->cfg)
#define deadline()	etrunk_oam_deadline(&self->o, &self->cfg)
#define word(w)		etrunk_oam_set_word(&self->o, &self->cfg, w, self->now)
#define live()		etrunk_oam_live(&self->o, &self->cfg, self->now)
#define lost()		etrunk_oam_lost(&self->o, &self->cfg)

static u32 rx(FIXTURE_DATA(oam) *self, bool ack, u16 refresh, u32 status)
{
	struct etrunk_pw_oam msg = {
		.ack = ack, .refresh = refresh, .status = status,
	};

	return etrunk_oam_rx(&self->o, &self->cfg, &msg, self->now);
}

/* let time pass up to @until, firing the timer exactly when it asks */
static u32 run(FIXTURE_DATA(oam) *self, u64 until)
{
	u32 actions = 0;

	while (deadline() <= until) {
		u32 a;

		if (deadline() > self->now)
			self->now = deadline();
		a = etrunk_oam_timer(&self->o, &self->cfg, 0, self->now);
		if (a & SEND) {
			self->sends++;
			self->last_send = self->now;
		}
		actions |= a;
	}
	self->now = until;
	return actions;
}

TEST_F(oam, burst_of_three_then_refresh)
{
	u64 t0 = self->now;

	EXPECT_EQ(SEND, word(0x20));
	run(self, t0 + S - 1);
	EXPECT_EQ(0, self->sends);
	run(self, t0 + S);
	EXPECT_EQ(1, self->sends);
	run(self, t0 + 2 * S);
	EXPECT_EQ(2, self->sends);
	run(self, t0 + 602 * S - 1);
	EXPECT_EQ(2, self->sends);
	run(self, t0 + 602 * S);
	EXPECT_EQ(3, self->sends);
	run(self, t0 + 1202 * S);
	EXPECT_EQ(4, self->sends);
}

TEST_F(oam, clear_is_sent_three_times_and_never_refreshed)
{
	u64 t0 = self->now;

	word(0x20);
	EXPECT_EQ(SEND, word(0));
	run(self, t0 + 10 * S);
	EXPECT_EQ(2, self->sends);
	run(self, t0 + 100000 * S);
	EXPECT_EQ(2, self->sends);
	EXPECT_EQ(ETRUNK_OAM_NEVER, deadline());
}

TEST_F(oam, ack_stops_the_burst)
{
	u64 t0 = self->now;

	word(0x20);
	run(self, t0 + S / 2);
	EXPECT_EQ(0, rx(self, true, 600, 0x20));
	run(self, t0 + 600 * S - 1);
	EXPECT_EQ(0, self->sends);
	run(self, t0 + 600 * S);
	EXPECT_EQ(1, self->sends);
}

TEST_F(oam, ack_asks_for_another_interval)
{
	u64 t0 = self->now;

	word(0x20);
	rx(self, true, 60, 0x20);
	/* the current interval runs out first */
	run(self, t0 + 599 * S);
	EXPECT_EQ(0, self->sends);
	run(self, t0 + 600 * S);
	EXPECT_EQ(1, self->sends);
	EXPECT_EQ(60, self->o.tx_refresh);
	run(self, t0 + 660 * S);
	EXPECT_EQ(2, self->sends);
}

TEST_F(oam, ack_of_another_word_is_ignored)
{
	u64 t0 = self->now;

	word(0x20);
	EXPECT_EQ(ETRUNK_OAM_BAD_ACK, rx(self, true, 60, 0x06));
	EXPECT_EQ(ETRUNK_OAM_BAD_ACK, rx(self, true, 60, 0));
	run(self, t0 + 5 * S);
	EXPECT_EQ(2, self->sends);
	EXPECT_EQ(600, self->o.tx_refresh);
}

TEST_F(oam, change_during_a_burst_starts_anew)
{
	u64 t0 = self->now;
	struct etrunk_pw_oam msg;

	word(0x06);
	run(self, t0 + S + S / 2);
	EXPECT_EQ(1, self->sends);
	EXPECT_EQ(SEND, word(0x20));
	etrunk_oam_message(&self->o, &msg);
	EXPECT_EQ(0x20, msg.status);
	EXPECT_FALSE(msg.ack);
	EXPECT_EQ(600, msg.refresh);
	run(self, t0 + 10 * S);
	EXPECT_EQ(3, self->sends);
	EXPECT_EQ(t0 + 3 * S + S / 2, self->last_send);
}

TEST_F(oam, same_word_says_nothing)
{
	word(0x20);
	EXPECT_EQ(0, word(0x20));
}

TEST_F(oam, refresh_zero_never_refreshes)
{
	u64 t0 = self->now;
	struct etrunk_pw_oam msg;

	self->cfg.refresh = 0;
	word(0x20);
	etrunk_oam_message(&self->o, &msg);
	EXPECT_EQ(0, msg.refresh);
	run(self, t0 + 100000 * S);
	EXPECT_EQ(2, self->sends);
}

TEST_F(oam, jitter_is_early_and_small)
{
	u64 t0 = self->now;
	unsigned int r;

	for (r = 0; r < 256; r++) {
		self->now = t0;
		word(r & 1 ? 0x20 : 0x06);
		self->now = t0 + S;
		etrunk_oam_timer(&self->o, &self->cfg, r, self->now);
		self->now = t0 + 2 * S;
		etrunk_oam_timer(&self->o, &self->cfg, r, self->now);
		EXPECT_LE(deadline(), t0 + 602 * S);
		EXPECT_GE(deadline(), t0 + 2 * S + 600 * S * 7 / 8);
	}
}

TEST_F(oam, word_expires_after_three_and_a_half_intervals)
{
	u64 t0 = self->now;

	live();
	EXPECT_EQ(ACK, rx(self, false, 10, 0x20));
	EXPECT_EQ(0x20, remote());
	EXPECT_EQ(0, run(self, t0 + 35 * S - 1) & REMOTE);
	EXPECT_EQ(0x20, remote());
	EXPECT_EQ(REMOTE, run(self, t0 + 35 * S) & REMOTE);
	EXPECT_EQ(0, remote());
}

TEST_F(oam, longest_interval_does_not_wrap)
{
	u64 t0 = self->now;

	rx(self, false, 65535, 0x20);
	EXPECT_EQ(t0 + 229372 * S + S / 2, deadline());
}

TEST_F(oam, refresh_prolongs)
{
	u64 t0 = self->now;

	rx(self, false, 10, 0x20);
	run(self, t0 + 30 * S);
	rx(self, false, 10, 0x20);
	run(self, t0 + 64 * S);
	EXPECT_EQ(0x20, remote());
	run(self, t0 + 65 * S);
	EXPECT_EQ(0, remote());
}

TEST_F(oam, received_refresh_zero_never_expires)
{
	rx(self, false, 10, 0x20);
	rx(self, false, 0, 0x20);
	EXPECT_EQ(ETRUNK_OAM_NEVER, deadline());
	EXPECT_EQ(0x20, remote());
}

TEST_F(oam, clear_stops_the_expiry)
{
	rx(self, false, 10, 0x20);
	EXPECT_EQ(ACK | REMOTE, rx(self, false, 10, 0));
	EXPECT_EQ(0, remote());
	EXPECT_EQ(ETRUNK_OAM_NEVER, deadline());
}

TEST_F(oam, one_ack_per_word_and_interval)
{
	u64 t0 = self->now;
	struct etrunk_pw_oam msg;

	EXPECT_EQ(ACK, rx(self, false, 10, 0x20) & ACK);
	etrunk_oam_ack_message(&self->o, &self->cfg, &msg);
	EXPECT_TRUE(msg.ack);
	EXPECT_EQ(0x20, msg.status);
	EXPECT_EQ(600, msg.refresh);
	self->now = t0 + S;
	EXPECT_EQ(0, rx(self, false, 10, 0x20) & ACK);
	/* another word at once */
	EXPECT_EQ(ACK, rx(self, false, 10, 0) & ACK);
	etrunk_oam_ack_message(&self->o, &self->cfg, &msg);
	EXPECT_EQ(0, msg.refresh);
	self->now = t0 + 11 * S;
	EXPECT_EQ(ACK, rx(self, false, 10, 0) & ACK);
}

TEST_F(oam, storm_is_acked_once)
{
	unsigned int i, acks = 0;

	for (i = 0; i < 10000; i++) {
		acks += !!(rx(self, false, 600, 0x20) & ACK);
		self->now += MS / 10;
	}
	EXPECT_EQ(1, acks);
}

TEST_F(oam, ack_is_never_acked)
{
	word(0x20);
	EXPECT_EQ(0, rx(self, true, 600, 0x20) & ACK);
	EXPECT_EQ(0, rx(self, true, 600, 0x06) & ACK);
}

TEST_F(oam, silence_is_standby_for_four_seconds)
{
	u64 t0 = self->now;

	EXPECT_EQ(0x20, remote());
	run(self, t0 + 100 * S);	/* not live: waits without limit */
	EXPECT_EQ(0x20, remote());
	word(0);
	EXPECT_EQ(SEND, live());
	t0 = self->now;
	EXPECT_EQ(0, run(self, t0 + 4 * S - 1) & REMOTE);
	EXPECT_EQ(0x20, remote());
	EXPECT_EQ(REMOTE, run(self, t0 + 4 * S) & REMOTE);
	EXPECT_EQ(0, remote());
}

TEST_F(oam, initial_remote_after_silence)
{
	u64 t0 = self->now;

	self->cfg.initial_remote = 0x06;
	live();
	run(self, t0 + 4 * S);
	EXPECT_EQ(0x06, remote());
}

TEST_F(oam, message_ends_the_wait)
{
	live();
	EXPECT_EQ(REMOTE | ACK, rx(self, false, 600, 0));
	EXPECT_EQ(0, remote());
	EXPECT_EQ(ETRUNK_OAM_NEVER, deadline());
}

TEST_F(oam, loss_of_liveness_voids_the_word)
{
	live();
	rx(self, false, 600, 0);
	EXPECT_EQ(REMOTE, lost());
	EXPECT_EQ(0x20, remote());
	run(self, self->now + 3600 * S);
	EXPECT_EQ(0x20, remote());
	/* and the peer's word is acknowledged afresh */
	live();
	EXPECT_EQ(REMOTE | ACK, rx(self, false, 600, 0));
}

TEST_F(oam, up_starts_a_burst_of_the_same_word)
{
	u64 t0 = self->now;

	word(0x20);
	rx(self, true, 60, 0x20);
	run(self, t0 + 10 * S);
	EXPECT_EQ(0, self->sends);
	EXPECT_EQ(SEND, live());
	run(self, t0 + 20 * S);
	EXPECT_EQ(2, self->sends);
	/* what an earlier ack asked for is forgotten */
	EXPECT_EQ(600, self->o.tx_refresh);
}

TEST_F(oam, without_signalling)
{
	self->cfg.enabled = false;
	self->cfg.initial_remote = 0;
	EXPECT_EQ(0, word(0x20));
	EXPECT_EQ(0, live());
	EXPECT_EQ(0, rx(self, false, 600, 0x20));
	EXPECT_EQ(0, remote());
	EXPECT_EQ(0, lost());
	EXPECT_EQ(0, remote());
	EXPECT_EQ(ETRUNK_OAM_NEVER, deadline());
}

TEST_HARNESS_MAIN
