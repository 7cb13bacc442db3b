// SPDX-License-Identifier: GPL-2.0
/*
 * The two netfilter hooks on every slave of a member's bond: LACPDUs are shown
 * to the CE, and to bonding, as each must see them; data passes while the gate
 * is open. A hook that cannot do its work drops the LACPDU: bonding's own
 * identity must not reach the CE, nor the shared one bonding.
 *
 * Ingress runs before every other netdev hook and egress after every other, so
 * that whatever else is configured there sees LACP as the host does.
 *
 * A frame is a LACPDU of the bond only if it carries no VLAN tag, not even one
 * beside its bytes, and comes from the slave's own address: a PW may carry
 * those of a far CE.
 */
#include <linux/if_vlan.h>
#include <linux/netfilter_netdev.h>

#include "lag.h"

/* verdict of a function that leaves it to the gate */
#define PASS_TO_GATE	NF_MAX_VERDICT

static unsigned int gate_verdict(struct lag_port *port, u32 gate,
				 const struct sk_buff *skb, const u8 *dest,
				 enum lag_counter counter)
{
	if (likely(gate == LAG_GATE_OPEN) &&
	    likely(!etrunk_heartbeat_stale(port->lag->en)))
		return NF_ACCEPT;
	/* LACP, LLDP, OAM: between the CE and this host, standby or not */
	if (!skb_vlan_tag_present(skb) && is_link_local_ether_addr(dest))
		return NF_ACCEPT;
	lag_count(port->lag, counter);
	return NF_DROP;
}

/* An outgoing, untagged slow protocols frame. */
static unsigned int tx_slow(struct lag_port *port, struct sk_buff *skb)
{
	struct etrunk_lag *lag = port->lag;
	struct lacp_ident ident;
	u8 clear_state;

	if (skb->len < LACP_FRAME_LEN)
		return PASS_TO_GATE;
	if (!pskb_may_pull(skb, LACP_FRAME_LEN))
		goto drop;

	switch (lacp_recognise(skb->data, skb_headlen(skb))) {
	case LACP_KIND_OTHER:
		return PASS_TO_GATE;
	case LACP_KIND_BAD:
		goto drop;
	case LACP_KIND_PDU:
		break;
	}

	/* Somebody's, but not the bond's. The CE would take it for ours. */
	if (!ether_addr_equal(eth_hdr(skb)->h_source, port->addr)) {
		lag_count(lag, LAG_TX_FOREIGN);
		return NF_DROP;
	}

	if (skb_shared(skb) || skb_ensure_writable(skb, LACP_FRAME_LEN))
		goto drop;
	lag_wire(lag, &ident, &clear_state);
	lacp_rewrite_actor(skb->data + ETH_HLEN, &ident, clear_state);
	lag_count(lag, LAG_TX_REWRITTEN);
	return NF_ACCEPT;

drop:
	lag_count(lag, LAG_TX_DROPPED);
	return NF_DROP;
}

static unsigned int hook_egress(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct lag_port *port = priv;
	u32 gate = READ_ONCE(port->gate);
	unsigned int verdict;

	if (gate == LAG_GATE_MUTE)
		return NF_DROP;
	if (gate == LAG_GATE_INERT || !(port->dev->flags & IFF_SLAVE))
		return NF_ACCEPT;
	if (unlikely(skb_headlen(skb) < ETH_HLEN))
		return NF_DROP;

	if (unlikely(skb->protocol == htons(ETH_P_SLOW)) &&
	    !skb_vlan_tag_present(skb)) {
		verdict = tx_slow(port, skb);
		if (verdict != PASS_TO_GATE)
			return verdict;
	}
	return gate_verdict(port, gate, skb, skb->data, LAG_GATE_TX_DROPPED);
}

/* An incoming slow protocols frame. */
static unsigned int rx_slow(struct lag_port *port, struct sk_buff *skb)
{
	struct etrunk_lag *lag = port->lag;
	struct lacp_info actor, own, partner;
	struct lacp_ident ident;
	u8 clear_state;
	bool exact;

	if (skb->data - skb_mac_header(skb) != ETH_HLEN ||
	    !is_link_local_ether_addr(eth_hdr(skb)->h_dest) ||
	    skb->len < LACP_PDU_LEN)
		return PASS_TO_GATE;
	if (!pskb_may_pull(skb, LACP_PDU_LEN))
		goto drop;

	switch (lacp_recognise(skb_mac_header(skb),
			       ETH_HLEN + skb_headlen(skb))) {
	case LACP_KIND_OTHER:
		return PASS_TO_GATE;
	case LACP_KIND_BAD:
		goto drop;
	case LACP_KIND_PDU:
		break;
	}

	/* of a customer behind the CE; bonding does not look at the tag */
	if (skb_vlan_tag_present(skb)) {
		lag_count(lag, LAG_RX_FOREIGN);
		return NF_DROP;
	}

	lag_wire(lag, &ident, &clear_state);
	lacp_get_actor(skb->data, &actor);
	if (ether_addr_equal_unaligned(actor.system, ident.system)) {
		lag_port_looped(port);
		lag_count(lag, LAG_RX_LOOPED);
		return NF_DROP;
	}

	/* without bonding's view it would take our identity for a stranger */
	if (!lag_bond_read(port, &own, &partner, &exact) ||
	    skb_shared(skb) || skb_ensure_writable(skb, LACP_PDU_LEN))
		goto drop;

	lag_count(lag, LAG_RX_LACPDU);
	if (lacp_map_partner(skb->data, &ident, &own, clear_state))
		lag_count(lag, LAG_RX_MAPPED);
	lag_port_heard(port, &actor);
	return NF_ACCEPT;

drop:
	lag_count(lag, LAG_RX_DROPPED);
	return NF_DROP;
}

static unsigned int hook_ingress(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct lag_port *port = priv;
	u32 gate = READ_ONCE(port->gate);
	unsigned int verdict;

	if (gate == LAG_GATE_MUTE)
		return NF_DROP;
	if (gate == LAG_GATE_INERT || !(port->dev->flags & IFF_SLAVE))
		return NF_ACCEPT;

	if (unlikely(skb->protocol == htons(ETH_P_SLOW))) {
		verdict = rx_slow(port, skb);
		if (verdict != PASS_TO_GATE)
			return verdict;
	}
	return gate_verdict(port, gate, skb, eth_hdr(skb)->h_dest,
			    LAG_GATE_RX_DROPPED);
}

/**
 * lag_hook - hook a port
 * @port: with everything set that hooks read
 *
 * RTNL.
 *
 * Return: 0 or a negative errno; then nothing is hooked.
 */
int lag_hook(struct lag_port *port)
{
	struct net *net = dev_net(port->dev);
	int err;

	port->ops[0] = (struct nf_hook_ops){
		.hook = hook_ingress,
		.dev = port->dev,
		.priv = port,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = INT_MIN,
	};
	port->ops[1] = (struct nf_hook_ops){
		.hook = hook_egress,
		.dev = port->dev,
		.priv = port,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_EGRESS,
		.priority = INT_MAX,
	};
	err = nf_register_net_hook(net, &port->ops[0]);
	if (err)
		return err;
	err = nf_register_net_hook(net, &port->ops[1]);
	if (err)
		nf_unregister_net_hook(net, &port->ops[0]);
	return err;
}

/**
 * lag_unhook - unhook a port
 * @port: hooked
 *
 * RTNL, and the device is still in its namespace. Hooks that run at this
 * moment go on for one RCU grace period.
 */
void lag_unhook(struct lag_port *port)
{
	nf_unregister_net_hooks(dev_net(port->dev), port->ops,
				ARRAY_SIZE(port->ops));
}
