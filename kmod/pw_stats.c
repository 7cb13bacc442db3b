// SPDX-License-Identifier: GPL-2.0
/* Counters of a PW: per CPU, no lock per frame, a reason for each drop. */
#include "pw.h"

#define PW_COUNTER(what, text)						\
	[what] = { text, offsetof(struct etrunk_pw_sums, count[what]) }

const struct etrunk_counter_desc etrunk_pw_counters[ETRUNK_PW_COUNTS] = {
	PW_COUNTER(ETRUNK_PW_RX_BAD_CW, "rx-bad-control-word"),
	PW_COUNTER(ETRUNK_PW_RX_SHORT, "rx-short"),
	PW_COUNTER(ETRUNK_PW_RX_NO_SERVICE, "rx-no-service"),
	PW_COUNTER(ETRUNK_PW_RX_STANDBY, "rx-standby"),
	PW_COUNTER(ETRUNK_PW_RX_AC_DOWN, "rx-ac-down"),
	PW_COUNTER(ETRUNK_PW_RX_MTU, "rx-ac-mtu"),
	PW_COUNTER(ETRUNK_PW_RX_L2_CONTROL, "rx-l2-control"),
	PW_COUNTER(ETRUNK_PW_RX_UNTAGGED, "rx-untagged"),
	PW_COUNTER(ETRUNK_PW_RX_LATE, "rx-sequence-late"),
	PW_COUNTER(ETRUNK_PW_RX_NOMEM, "rx-no-memory"),
	PW_COUNTER(ETRUNK_PW_RX_ACH_UNKNOWN, "rx-ach-unknown"),
	PW_COUNTER(ETRUNK_PW_RX_STATUS_MALFORMED, "rx-status-malformed"),
	PW_COUNTER(ETRUNK_PW_RX_STATUS_UNEXPECTED, "rx-status-unexpected"),
	PW_COUNTER(ETRUNK_PW_RX_VCCV_MALFORMED, "rx-vccv-malformed"),
	PW_COUNTER(ETRUNK_PW_RX_VCCV_UNEXPECTED, "rx-vccv-unexpected"),
	PW_COUNTER(ETRUNK_PW_TX_MTU, "tx-mtu"),
	PW_COUNTER(ETRUNK_PW_TX_CORE_MTU, "tx-core-mtu"),
	PW_COUNTER(ETRUNK_PW_TX_GSO, "tx-segmentation"),
	PW_COUNTER(ETRUNK_PW_TX_NOMEM, "tx-no-memory"),
	PW_COUNTER(ETRUNK_PW_TX_ERROR, "tx-error"),
	PW_COUNTER(ETRUNK_PW_TX_STATUS_ERROR, "tx-status-error"),
	PW_COUNTER(ETRUNK_PW_RX_STATUS, "rx-status"),
	PW_COUNTER(ETRUNK_PW_RX_ACK, "rx-ack"),
	PW_COUNTER(ETRUNK_PW_RX_BAD_ACK, "rx-ack-mismatch"),
	PW_COUNTER(ETRUNK_PW_TX_STATUS, "tx-status"),
	PW_COUNTER(ETRUNK_PW_TX_ACK, "tx-ack"),
	PW_COUNTER(ETRUNK_PW_TX_SEGMENTED, "tx-segmented"),
	PW_COUNTER(ETRUNK_PW_RX_MISSING, "rx-sequence-gap"),
	PW_COUNTER(ETRUNK_PW_RX_NUMBERED, "rx-sequence-unexpected"),
};

/**
 * etrunk_pw_count - count an occurrence
 * @pw: the PW
 * @what: of what
 *
 * BH off.
 */
void etrunk_pw_count(struct etrunk_pw *pw, enum etrunk_pw_count what)
{
	struct etrunk_pw_stats *stats = this_cpu_ptr(pw->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->count[what]);
	u64_stats_update_end(&stats->syncp);
}

/**
 * etrunk_pw_count_rx - count frames delivered to the AC
 * @pw: the PW
 * @packets: how many; more than one if they came as one GSO packet
 * @bytes: their bytes, without the PW's headers
 */
void etrunk_pw_count_rx(struct etrunk_pw *pw, unsigned int packets,
			unsigned int bytes)
{
	struct etrunk_pw_stats *stats = this_cpu_ptr(pw->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->rx_packets, packets);
	u64_stats_add(&stats->rx_bytes, bytes);
	u64_stats_update_end(&stats->syncp);
}

/**
 * etrunk_pw_count_tx - count frames sent into the core
 * @pw: the PW
 * @packets: how many
 * @bytes: their bytes, without the PW's headers
 */
void etrunk_pw_count_tx(struct etrunk_pw *pw, unsigned int packets,
			unsigned int bytes)
{
	struct etrunk_pw_stats *stats = this_cpu_ptr(pw->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->tx_packets, packets);
	u64_stats_add(&stats->tx_bytes, bytes);
	u64_stats_update_end(&stats->syncp);
}

static void sum_up(const struct etrunk_pw *pw, struct etrunk_pw_sums *sums)
{
	int cpu;

	memset(sums, 0, sizeof(*sums));
	for_each_possible_cpu(cpu) {
		const struct etrunk_pw_stats *s = per_cpu_ptr(pw->stats, cpu);
		struct etrunk_pw_sums one;
		unsigned int start, i;

		do {
			start = u64_stats_fetch_begin(&s->syncp);
			one.rx_packets = u64_stats_read(&s->rx_packets);
			one.rx_bytes = u64_stats_read(&s->rx_bytes);
			one.tx_packets = u64_stats_read(&s->tx_packets);
			one.tx_bytes = u64_stats_read(&s->tx_bytes);
			for (i = 0; i < ETRUNK_PW_COUNTS; i++)
				one.count[i] = u64_stats_read(&s->count[i]);
		} while (u64_stats_fetch_retry(&s->syncp, start));

		sums->rx_packets += one.rx_packets;
		sums->rx_bytes += one.rx_bytes;
		sums->tx_packets += one.tx_packets;
		sums->tx_bytes += one.tx_bytes;
		for (i = 0; i < ETRUNK_PW_COUNTS; i++)
			sums->count[i] += one.count[i];
	}
}

/**
 * etrunk_pw_sum - the counters of all CPUs since the last reset
 * @pw: the PW
 * @sums: result
 *
 * Under RTNL.
 */
void etrunk_pw_sum(const struct etrunk_pw *pw, struct etrunk_pw_sums *sums)
{
	const struct etrunk_pw_sums *base = &pw->base;
	unsigned int i;

	ASSERT_RTNL();
	sum_up(pw, sums);
	sums->rx_packets -= base->rx_packets;
	sums->rx_bytes -= base->rx_bytes;
	sums->tx_packets -= base->tx_packets;
	sums->tx_bytes -= base->tx_bytes;
	for (i = 0; i < ETRUNK_PW_COUNTS; i++)
		sums->count[i] -= base->count[i];
}

/**
 * etrunk_pw_reset - count from zero again
 * @pw: the PW
 *
 * Under RTNL. The data path goes on counting where it was, without a lock: what
 * it had counted is taken off whenever it is shown.
 */
void etrunk_pw_reset(struct etrunk_pw *pw)
{
	ASSERT_RTNL();
	sum_up(pw, &pw->base);
}
