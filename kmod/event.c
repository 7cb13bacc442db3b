// SPDX-License-Identifier: GPL-2.0
/*
 * The funnel that every state change goes through: tracepoint, netlink event,
 * log line; and the ring of last changes that objects keep.
 */
#include <linux/ratelimit.h>
#include <linux/timekeeping.h>

#include "etrunk.h"
#include "trace.h"

static int fill_event(struct sk_buff *skb, struct etrunk_net *en, u32 type,
		      const char *object, const char *from, const char *to,
		      const char *reason)
{
	void *hdr;

	hdr = genlmsg_put(skb, 0, 0, &etrunk_genl_family, 0, ETRUNK_CMD_EVENT);
	if (!hdr)
		return -EMSGSIZE;

	if (nla_put_u32(skb, ETRUNK_A_EVENT_TYPE, type) ||
	    nla_put_u32(skb, ETRUNK_A_EVENT_SEQ,
			atomic_inc_return(&en->event_seq)) ||
	    nla_put_u64_64bit(skb, ETRUNK_A_EVENT_TIME, ktime_get_real_ns(),
			      ETRUNK_A_EVENT_PAD) ||
	    nla_put_string(skb, ETRUNK_A_EVENT_OBJECT, object) ||
	    (from && nla_put_string(skb, ETRUNK_A_EVENT_FROM, from)) ||
	    (to && nla_put_string(skb, ETRUNK_A_EVENT_TO, to)) ||
	    (reason && nla_put_string(skb, ETRUNK_A_EVENT_REASON, reason)))
		return -EMSGSIZE;

	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * etrunk_event - tell the world of a state change
 * @en: namespace
 * @type: what kind
 * @object: kind and name, e.g. "e-trunk 1"
 * @from: state before, or NULL
 * @to: state now, or NULL
 * @reason: why, or NULL
 *
 * Any context; may be called with an object's lock held, which keeps the
 * events of one object in order. Never calls back into an object. A netlink
 * event that finds no memory is lost; its number (@ETRUNK_A_EVENT_SEQ) is not
 * reused, so listeners see the gap.
 */
void etrunk_event(struct etrunk_net *en, enum etrunk_event_type type,
		  const char *object, const char *from, const char *to,
		  const char *reason)
{
	struct sk_buff *skb;

	trace_etrunk_event(en, type, object, from, to, reason);

	if (type != ETRUNK_EVENT_CONFIG)
		pr_info_ratelimited("%s %s -> %s (%s)\n", object,
				    from ? from : "-", to ? to : "-",
				    reason ? reason : "-");

	if (!READ_ONCE(etrunk_netlink_up) ||
	    !genl_has_listeners(&etrunk_genl_family, en->net, 0))
		return;

	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!skb) {
		atomic_inc(&en->event_seq);
		return;
	}
	if (fill_event(skb, en, type, object, from, to, reason)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_multicast_netns(&etrunk_genl_family, en->net, skb, 0, 0,
				GFP_ATOMIC);
}

/**
 * etrunk_history_add - remember a state change
 * @h: the object's ring
 * @from: static string
 * @to: static string
 * @reason: static string
 *
 * Caller holds what protects @h.
 */
void etrunk_history_add(struct etrunk_history *h, const char *from,
			const char *to, const char *reason)
{
	h->head = (h->head + 1) % ETRUNK_HISTORY_MAX;
	if (h->n < ETRUNK_HISTORY_MAX)
		h->n++;
	h->e[h->head].time = ktime_get_real_ns();
	h->e[h->head].from = from;
	h->e[h->head].to = to;
	h->e[h->head].reason = reason;
}

/**
 * etrunk_history_fill - put a ring into a message, newest first
 * @skb: message
 * @attrtype: attribute of each entry (enum etrunk_attr_history inside)
 * @h: the ring; caller holds what protects it
 *
 * Return: 0 or -EMSGSIZE.
 */
int etrunk_history_fill(struct sk_buff *skb, int attrtype,
			const struct etrunk_history *h)
{
	unsigned int i;

	for (i = 0; i < h->n; i++) {
		unsigned int at = (h->head + ETRUNK_HISTORY_MAX - i) %
				  ETRUNK_HISTORY_MAX;
		struct nlattr *nest = nla_nest_start(skb, attrtype);

		if (!nest)
			return -EMSGSIZE;
		if (nla_put_u64_64bit(skb, ETRUNK_A_HISTORY_TIME, h->e[at].time,
				      ETRUNK_A_HISTORY_PAD) ||
		    nla_put_string(skb, ETRUNK_A_HISTORY_FROM, h->e[at].from) ||
		    nla_put_string(skb, ETRUNK_A_HISTORY_TO, h->e[at].to) ||
		    nla_put_string(skb, ETRUNK_A_HISTORY_REASON,
				   h->e[at].reason)) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
		nla_nest_end(skb, nest);
	}
	return 0;
}
