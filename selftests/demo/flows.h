/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of one end of the traffic: a header, then records in the order in
 * which things happened. It is written through a mapping of a file on tmpfs, so
 * that writing it never waits.
 */
#ifndef _FLOWS_H
#define _FLOWS_H

#include <stdint.h>
#include <time.h>

#define FLOWS		16
/* one frame of each flow every FLOWS ticks: 1 kHz in total */
#define TICK_NS		1000000ULL
#define FLOWS_MAGIC	0x45544c46
#define FLOWS_MAX	(4U << 20)

enum { FLOWS_TX, FLOWS_RX };

/**
 * struct flows_record - a frame that was sent or received
 * @time: CLOCK_MONOTONIC, ns
 * @seq: number within its flow and direction, from 0
 * @flow: 0..FLOWS-1
 * @kind: FLOWS_TX or FLOWS_RX
 */
struct flows_record {
	uint64_t time;
	uint32_t seq;
	uint16_t flow;
	uint16_t kind;
};

/**
 * struct flows_log - the mapped file
 * @magic: FLOWS_MAGIC
 * @count: records in use
 * @record: FLOWS_MAX of them, the file is sparse
 */
struct flows_log {
	uint32_t magic;
	uint32_t count;
	struct flows_record record[];
};

#define FLOWS_LOG_SIZE \
	(sizeof(struct flows_log) + FLOWS_MAX * sizeof(struct flows_record))

static inline uint64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* CLOCK_REALTIME minus CLOCK_MONOTONIC; nobody sets the clock in the lab */
static inline uint64_t realtime_offset(void)
{
	return now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
}

#endif /* _FLOWS_H */
