/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The BFD machine of one session (RFC 5880 6.8). Pure: time
 * comes in as an argument, what is to be done goes out as a mask of actions.
 */
#ifndef _ETRUNK_BFD_FSM_H
#define _ETRUNK_BFD_FSM_H

#include "bfd_pkt.h"

/* RFC 5880 6.8.3: advertise and use no less than this while not Up */
#define ETRUNK_BFD_SLOW_TX_US	1000000
/* 6.8.3: and ask for no more while echo does the detection */
#define ETRUNK_BFD_SLOW_RX_US	1000000
/* in demand mode, how long after a poll the next one begins (6.6) */
#define ETRUNK_BFD_VERIFY_NS	NSEC_PER_SEC

/*
 * What the caller has to do, in this order; besides, the deadline may have come
 * nearer (etrunk_bfd_fsm_deadline()).
 */
/* answer a Poll: one packet with F set, whatever the timers say */
#define ETRUNK_BFD_ACT_FINAL	BIT(0)
/* send a packet now, it counts as a periodic one */
#define ETRUNK_BFD_ACT_SEND	BIT(1)
/* the transmit interval changed: time the next packet from the last one */
#define ETRUNK_BFD_ACT_TX_TIMER	BIT(2)
/* the session's state changed, or the peer moved to or from AdminDown */
#define ETRUNK_BFD_ACT_NOTIFY	BIT(3)
/* echo begins, ends or changes its pace (etrunk_bfd_fsm_echo_us()) */
#define ETRUNK_BFD_ACT_ECHO	BIT(4)

/**
 * enum etrunk_bfd_reason - why a session has its state
 * @ETRUNK_BFD_REASON_NONE: as created
 * @ETRUNK_BFD_REASON_HANDSHAKE: three-way handshake went on
 * @ETRUNK_BFD_REASON_DETECT: no packet for one detection time
 * @ETRUNK_BFD_REASON_NEIGHBOR_DOWN: the peer signalled Down
 * @ETRUNK_BFD_REASON_NEIGHBOR_ADMIN: the peer signalled AdminDown
 * @ETRUNK_BFD_REASON_ADMIN_DOWN: shut down here
 * @ETRUNK_BFD_REASON_ADMIN_UP: no longer shut down here
 * @ETRUNK_BFD_REASON_NEIGHBOR_ADMIN_UP: the peer left AdminDown
 * @ETRUNK_BFD_REASON_PLANE_RESET: forwarding ends here
 * @ETRUNK_BFD_REASON_ECHO: no echo packet came back for its detection time
 */
enum etrunk_bfd_reason {
	ETRUNK_BFD_REASON_NONE,
	ETRUNK_BFD_REASON_HANDSHAKE,
	ETRUNK_BFD_REASON_DETECT,
	ETRUNK_BFD_REASON_NEIGHBOR_DOWN,
	ETRUNK_BFD_REASON_NEIGHBOR_ADMIN,
	ETRUNK_BFD_REASON_ADMIN_DOWN,
	ETRUNK_BFD_REASON_ADMIN_UP,
	ETRUNK_BFD_REASON_NEIGHBOR_ADMIN_UP,
	ETRUNK_BFD_REASON_PLANE_RESET,
	ETRUNK_BFD_REASON_ECHO,
};

enum etrunk_bfd_poll_state {
	ETRUNK_BFD_POLL_OFF,
	ETRUNK_BFD_POLL_ON,	/* P is set in periodic packets */
	/*
	 * Parameters changed during a poll: an F may answer packets from before
	 * the change. The next poll begins once a packet without F came in.
	 */
	ETRUNK_BFD_POLL_ON_AGAIN,
	ETRUNK_BFD_POLL_WAIT,
};

/**
 * struct etrunk_bfd_timing - what the operator may change at any time
 * @min_tx_us: wanted Desired Min TX Interval
 * @min_rx_us: wanted Required Min RX Interval
 * @mult: detection time multiplier
 * @demand: ask the peer for silence while both are Up, and poll instead
 * @passive: send nothing before the peer does
 * @wtr_us: after a failure stay Down until the peer was heard for that long
 * @echo_us: send echo packets that often, and loop the peer's that come no more
 *	often; 0 = neither
 */
struct etrunk_bfd_timing {
	u32 min_tx_us;
	u32 min_rx_us;
	u8 mult;
	bool demand;
	bool passive;
	u32 wtr_us;
	u32 echo_us;
};

/**
 * struct etrunk_bfd_fsm - protocol state of a session
 * @cfg: as configured
 * @local_discr: bfd.LocalDiscr
 * @remote_discr: bfd.RemoteDiscr, 0 = not known
 * @remote_fixed: @remote_discr is configured: compared, never learned, never
 *	zeroed
 * @state: bfd.SessionState
 * @remote_state: bfd.RemoteSessionState
 * @diag: bfd.LocalDiag
 * @remote_diag: diagnostic of the last packet
 * @reason: why @state is what it is
 * @down_reason: of the last move from Up, or NONE
 * @remote_demand: bfd.RemoteDemandMode
 * @remote_mult: Detect Mult of the last packet, 0 = none yet
 * @poll: enum etrunk_bfd_poll_state
 * @heard: a packet was accepted and its detection time has not passed
 * @tx_us: bfd.DesiredMinTxInterval, as advertised
 * @rx_us: bfd.RequiredMinRxInterval, as advertised
 * @tx_used_us: value of @tx_us that paces us (an increase waits for the poll)
 * @rx_used_us: value of @rx_us that detects (a decrease waits for the poll)
 * @remote_min_tx_us: Desired Min TX Interval of the last packet
 * @remote_min_rx_us: bfd.RemoteMinRxInterval
 * @remote_echo_us: Required Min Echo RX Interval of the last packet
 * @demand: D is set in packets: both are Up and it is configured
 * @poll_since: in demand mode, when the poll that runs began, ns
 * @next_poll: in demand mode, when the next one begins, ns
 * @wtr: Down, and waiting to restore
 * @wtr_end: when that is over, ns; 0 while the peer is not heard
 * @last_rx: when the last packet was accepted, ns
 * @max_rx_gap: longest time between accepted packets while Up, ns
 * @up_count: moves to Up
 * @down_count: moves from Up
 */
struct etrunk_bfd_fsm {
	struct etrunk_bfd_timing cfg;
	u32 local_discr;
	u32 remote_discr;
	bool remote_fixed;
	u8 state;
	u8 remote_state;
	u8 diag;
	u8 remote_diag;
	u8 reason;
	u8 down_reason;
	bool remote_demand;
	u8 remote_mult;
	u8 poll;
	bool heard;
	u32 tx_us;
	u32 rx_us;
	u32 tx_used_us;
	u32 rx_used_us;
	u32 remote_min_tx_us;
	u32 remote_min_rx_us;
	u32 remote_echo_us;
	bool demand;
	u64 poll_since;
	u64 next_poll;
	bool wtr;
	u64 wtr_end;
	u64 last_rx;
	u64 max_rx_gap;
	u32 up_count;
	u32 down_count;
};

void etrunk_bfd_fsm_init(struct etrunk_bfd_fsm *f,
			 const struct etrunk_bfd_timing *cfg, u32 local_discr,
			 u32 remote_discr, bool shutdown);
enum etrunk_bfd_drop etrunk_bfd_fsm_rx(struct etrunk_bfd_fsm *f,
				       const struct etrunk_bfd_pkt *pkt,
				       u64 now, unsigned int *actions);
unsigned int etrunk_bfd_fsm_detect(struct etrunk_bfd_fsm *f, u64 now);
unsigned int etrunk_bfd_fsm_echo_failed(struct etrunk_bfd_fsm *f, u64 now);
unsigned int etrunk_bfd_fsm_shutdown(struct etrunk_bfd_fsm *f, bool down,
				     u64 now);
unsigned int etrunk_bfd_fsm_plane_reset(struct etrunk_bfd_fsm *f, u64 now);
unsigned int etrunk_bfd_fsm_set(struct etrunk_bfd_fsm *f,
				const struct etrunk_bfd_timing *cfg, u64 now);
bool etrunk_bfd_fsm_may_send(const struct etrunk_bfd_fsm *f);
u32 etrunk_bfd_fsm_echo_us(const struct etrunk_bfd_fsm *f);
u64 etrunk_bfd_fsm_deadline(const struct etrunk_bfd_fsm *f);
void etrunk_bfd_fsm_fill(const struct etrunk_bfd_fsm *f, bool final,
			 struct etrunk_bfd_pkt *pkt);
u32 etrunk_bfd_fsm_tx_interval_us(const struct etrunk_bfd_fsm *f);
u64 etrunk_bfd_fsm_detect_time(const struct etrunk_bfd_fsm *f);
u64 etrunk_bfd_jitter(u32 interval_us, u8 mult, u32 random);

#endif /* _ETRUNK_BFD_FSM_H */
