// SPDX-License-Identifier: GPL-2.0
/*
 * BFD in a pseudowire's associated channel (VCCV, RFC 5885): control channel
 * type 1, the ACH in place of the control word, and connectivity verification
 * 0x10, BFD alone, or 0x04, BFD in UDP in IP. Packets go by the very labels of
 * the PW's frames; what comes with the PW's label is its session's.
 *
 * A session of this kind belongs to its PW, in no list of sessions: it is made,
 * changed and deleted with the PW, under RTNL.
 */
#include <linux/inetdevice.h>

#include "bfd.h"
#include "bfd_vccv_pkt.h"
#include "pw.h"

static int vccv_scope(const struct etrunk_bfd *bfd)
{
	const struct etrunk_pw *pw = bfd->cfg.owner;

	return pw->cfg.in_label;
}

static int raw_xmit(struct etrunk_bfd *bfd, const u8 *pdu, unsigned int len)
{
	return etrunk_pw_xmit_channel(bfd->cfg.owner, ETRUNK_ACH_BFD, pdu, len);
}

static int ip_xmit(struct etrunk_bfd *bfd, const u8 *pdu, unsigned int len)
{
	u8 buf[ETRUNK_VCCV_IP_LEN + ETRUNK_BFD_PDU_MAX];
	struct etrunk_pw *pw = bfd->cfg.owner;
	const struct etrunk_lsp *lsp = rcu_dereference(pw->lsp);
	__be32 source;

	if (!lsp)
		return -ENETUNREACH;
	source = inet_select_addr(lsp->core->dev, lsp->via, RT_SCOPE_UNIVERSE);
	memcpy(buf + ETRUNK_VCCV_IP_LEN, pdu, len);
	etrunk_vccv_ip_build(buf, ntohl(source), ntohs(bfd->sport), len);
	return etrunk_pw_xmit_channel(pw, ETRUNK_ACH_IPV4, buf,
				      ETRUNK_VCCV_IP_LEN + len);
}

static const struct etrunk_bfd_encap vccv_raw = {
	.name = "vccv",
	.owned = true,
	.scope = vccv_scope,
	.input = etrunk_bfd_input,
	.xmit = raw_xmit,
};

static const struct etrunk_bfd_encap vccv_ip = {
	.name = "vccv-ip",
	.owned = true,
	.min_ttl = 255,
	.scope = vccv_scope,
	.input = etrunk_bfd_input,
	.xmit = ip_xmit,
};

/**
 * etrunk_vccv_rx - a BFD packet came in a PW's channel
 * @pw: which PW
 * @channel: ETRUNK_ACH_BFD, ETRUNK_ACH_IPV4 or ETRUNK_ACH_IPV6
 * @skb: the packet, stays the caller's
 * @offset: of what follows the ACH
 *
 * Softirq, under RCU, no lock held.
 */
void etrunk_vccv_rx(struct etrunk_pw *pw, u16 channel,
		    const struct sk_buff *skb, unsigned int offset)
{
	/* IPv6 and UDP before the longest PDU */
	u8 buf[48 + ETRUNK_BFD_RX_MAX];
	const struct etrunk_bfd *bfd = rcu_dereference(pw->vccv);
	size_t len = min_t(size_t, skb->len - offset, sizeof(buf));
	struct etrunk_bfd_meta meta;
	size_t pdu = 0, pdu_len = len;

	if (!bfd) {
		etrunk_pw_count(pw, ETRUNK_PW_RX_VCCV_UNEXPECTED);
		return;
	}
	memset(&meta, 0, sizeof(meta));
	meta.en = pw->en;
	meta.key.encap = channel == ETRUNK_ACH_BFD ? &vccv_raw : &vccv_ip;
	meta.key.scope = pw->cfg.in_label;
	meta.ttl = 255;
	if (skb_copy_bits(skb, offset, buf, len) ||
	    (channel != ETRUNK_ACH_BFD &&
	     etrunk_vccv_ip_parse(buf, len, channel == ETRUNK_ACH_IPV6,
				  &meta.ttl, &pdu, &pdu_len))) {
		etrunk_pw_count(pw, ETRUNK_PW_RX_VCCV_MALFORMED);
		return;
	}
	/* both ends configure one type; the other is no packet of the session */
	if (meta.key.encap != bfd->key.encap) {
		etrunk_pw_count(pw, ETRUNK_PW_RX_VCCV_UNEXPECTED);
		return;
	}
	meta.key.encap->input(&meta, buf + pdu, min(pdu_len, len - pdu),
			      pdu_len);
}

static void session_cfg(struct etrunk_pw *pw, const struct etrunk_pw_cfg *cfg,
			struct etrunk_bfd_cfg *bc)
{
	memset(bc, 0, sizeof(*bc));
	strscpy(bc->name, cfg->name, sizeof(bc->name));
	bc->encap = cfg->vccv == ETRUNK_PW_VCCV_IP ? &vccv_ip : &vccv_raw;
	bc->min_ttl = bc->encap->min_ttl;
	bc->timing.min_tx_us = cfg->vccv_min_tx_us;
	bc->timing.min_rx_us = cfg->vccv_min_rx_us;
	bc->timing.mult = cfg->vccv_mult;
	bc->owner = pw;
}

/**
 * etrunk_vccv_create - make a PW's own session, inert
 * @pw: the PW
 * @cfg: its settings to be
 * @extack: told why not
 *
 * Under RTNL. Return: the session or an ERR_PTR.
 */
struct etrunk_bfd *etrunk_vccv_create(struct etrunk_pw *pw,
				      const struct etrunk_pw_cfg *cfg,
				      struct netlink_ext_ack *extack)
{
	struct etrunk_bfd_cfg bc;

	session_cfg(pw, cfg, &bc);
	return etrunk_bfd_create(pw->en, &bc, NULL, extack);
}

/**
 * etrunk_vccv_set - change the timing of a PW's own session
 * @pw: the PW, which has one
 * @cfg: its settings to be
 *
 * Under RTNL.
 */
void etrunk_vccv_set(struct etrunk_pw *pw, const struct etrunk_pw_cfg *cfg)
{
	struct etrunk_bfd *bfd = rtnl_dereference(pw->vccv);
	struct etrunk_bfd_cfg bc = bfd->cfg;

	bc.timing.min_tx_us = cfg->vccv_min_tx_us;
	bc.timing.min_rx_us = cfg->vccv_min_rx_us;
	bc.timing.mult = cfg->vccv_mult;
	etrunk_bfd_set(bfd, &bc);
}
