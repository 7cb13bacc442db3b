/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM etrunk

#if !defined(_ETRUNK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _ETRUNK_TRACE_H

#include <linux/tracepoint.h>

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

#endif /* _ETRUNK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
