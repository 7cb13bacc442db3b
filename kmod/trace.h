/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM etrunk

#if !defined(_ETRUNK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _ETRUNK_TRACE_H

#include <linux/tracepoint.h>

#include "bfd.h"
#include "etrunk.h"

/* every state change of every object, as the funnel saw it */
TRACE_EVENT(etrunk_event,
	TP_PROTO(const struct etrunk_net *en, u32 type, const char *object,
		 const char *from, const char *to, const char *reason),
	TP_ARGS(en, type, object, from, to, reason),
	TP_STRUCT__entry(
		__field(unsigned int, netns)
		__field(u32, type)
		__string(object, object)
		__string(from, from ? from : "-")
		__string(to, to ? to : "-")
		__string(reason, reason ? reason : "-")
	),
	TP_fast_assign(
		__entry->netns = en->net->ns.inum;
		__entry->type = type;
		etrunk_assign_str(object, object);
		etrunk_assign_str(from, from ? from : "-");
		etrunk_assign_str(to, to ? to : "-");
		etrunk_assign_str(reason, reason ? reason : "-");
	),
	TP_printk("netns=%u type=%u object=\"%s\" from=%s to=%s reason=%s",
		  __entry->netns, __entry->type, __get_str(object),
		  __get_str(from), __get_str(to), __get_str(reason))
);

/* a session changed state; since_rx is the age of the last accepted packet */
TRACE_EVENT(etrunk_bfd_state,
	TP_PROTO(const struct etrunk_bfd *bfd, u8 old, u64 now),
	TP_ARGS(bfd, old, now),
	TP_STRUCT__entry(
		__field(unsigned int, netns)
		__string(name, bfd->cfg.name)
		__field(u8, from)
		__field(u8, to)
		__field(u8, remote)
		__field(u8, diag)
		__field(u8, reason)
		__field(u64, since_rx)
	),
	TP_fast_assign(
		__entry->netns = bfd->en->net->ns.inum;
		etrunk_assign_str(name, bfd->cfg.name);
		__entry->from = old;
		__entry->to = bfd->fsm.state;
		__entry->remote = bfd->fsm.remote_state;
		__entry->diag = bfd->fsm.diag;
		__entry->reason = bfd->fsm.reason;
		__entry->since_rx = bfd->fsm.last_rx ?
				    now - bfd->fsm.last_rx : 0;
	),
	TP_printk("netns=%u name=%s from=%s to=%s remote=%s diag=%u reason=%s since_rx_ns=%llu",
		  __entry->netns, __get_str(name),
		  etrunk_bfd_state_name(__entry->from),
		  etrunk_bfd_state_name(__entry->to),
		  etrunk_bfd_state_name(__entry->remote), __entry->diag,
		  etrunk_bfd_reason_name(__entry->reason), __entry->since_rx)
);

/* a packet was accepted (drop 0) or refused; pkt may be unknown */
TRACE_EVENT(etrunk_bfd_rx,
	TP_PROTO(const struct etrunk_bfd *bfd, const struct etrunk_bfd_pkt *pkt,
		 u8 drop),
	TP_ARGS(bfd, pkt, drop),
	TP_STRUCT__entry(
		__string(name, bfd ? bfd->cfg.name : "-")
		__field(unsigned int, netns)
		__field(u8, state)
		__field(u8, flags)
		__field(u8, drop)
	),
	TP_fast_assign(
		etrunk_assign_str(name, bfd ? bfd->cfg.name : "-");
		__entry->netns = bfd ? bfd->en->net->ns.inum : 0;
		__entry->state = pkt ? pkt->state : 0;
		__entry->flags = pkt ? pkt->flags : 0;
		__entry->drop = drop;
	),
	TP_printk("netns=%u name=%s state=%s flags=%#x drop=%u",
		  __entry->netns, __get_str(name),
		  etrunk_bfd_state_name(__entry->state), __entry->flags,
		  __entry->drop)
);

TRACE_EVENT(etrunk_bfd_tx,
	TP_PROTO(const struct etrunk_bfd *bfd, const struct etrunk_bfd_pkt *pkt,
		 int err),
	TP_ARGS(bfd, pkt, err),
	TP_STRUCT__entry(
		__field(unsigned int, netns)
		__string(name, bfd->cfg.name)
		__field(u8, state)
		__field(u8, flags)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->netns = bfd->en->net->ns.inum;
		etrunk_assign_str(name, bfd->cfg.name);
		__entry->state = pkt->state;
		__entry->flags = pkt->flags;
		__entry->err = err;
	),
	TP_printk("netns=%u name=%s state=%s flags=%#x err=%d",
		  __entry->netns, __get_str(name),
		  etrunk_bfd_state_name(__entry->state), __entry->flags,
		  __entry->err)
);

/* an echo packet went, came back, or was looped for the peer; or was refused */
TRACE_EVENT(etrunk_bfd_echo,
	TP_PROTO(const struct etrunk_bfd *bfd, const char *what, u8 drop),
	TP_ARGS(bfd, what, drop),
	TP_STRUCT__entry(
		__field(unsigned int, netns)
		__string(name, bfd->cfg.name)
		__string(what, what)
		__field(u8, drop)
	),
	TP_fast_assign(
		__entry->netns = bfd->en->net->ns.inum;
		etrunk_assign_str(name, bfd->cfg.name);
		etrunk_assign_str(what, what);
		__entry->drop = drop;
	),
	TP_printk("netns=%u name=%s what=%s drop=%u", __entry->netns,
		  __get_str(name), __get_str(what), __entry->drop)
);

/* how late a timer ran: of the next packet, or of detection */
TRACE_EVENT(etrunk_bfd_timer,
	TP_PROTO(const struct etrunk_bfd *bfd, bool detect, u64 late),
	TP_ARGS(bfd, detect, late),
	TP_STRUCT__entry(
		__field(unsigned int, netns)
		__string(name, bfd->cfg.name)
		__field(bool, detect)
		__field(u64, late)
	),
	TP_fast_assign(
		__entry->netns = bfd->en->net->ns.inum;
		etrunk_assign_str(name, bfd->cfg.name);
		__entry->detect = detect;
		__entry->late = late;
	),
	TP_printk("netns=%u name=%s timer=%s late_ns=%llu",
		  __entry->netns, __get_str(name),
		  __entry->detect ? "detect" : "tx", __entry->late)
);

#endif /* _ETRUNK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
