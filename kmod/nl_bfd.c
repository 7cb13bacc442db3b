// SPDX-License-Identifier: GPL-2.0
/* Netlink commands of BFD sessions. All run under RTNL. */
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

#include "bfd.h"
#include "netlink.h"
#include "trunk.h"

/**
 * struct bfd_plan - settings to have
 * @cfg: all of them
 * @rekey: @cfg.keys is a new keyring that becomes the session's
 */
struct bfd_plan {
	struct etrunk_bfd_cfg cfg;
	bool rekey;
};

static struct netlink_range_validation interval_range = {
	.min = 3300,
	.max = 20000000,
};

static struct netlink_range_validation echo_range = {
	.max = 20000000,
};

static struct netlink_range_validation wtr_range = {
	.max = 3600000000U,
};

const struct nla_policy etrunk_nl_bfd_policy[ETRUNK_A_BFD_MAX + 1] = {
	[ETRUNK_A_BFD_NAME] = { .type = NLA_NUL_STRING },
	[ETRUNK_A_BFD_PEER] = { .type = NLA_BINARY, .len = 16 },
	[ETRUNK_A_BFD_SOURCE] = { .type = NLA_BINARY, .len = 16 },
	[ETRUNK_A_BFD_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[ETRUNK_A_BFD_LOCAL_DISCR] =
		NLA_POLICY_RANGE(NLA_U32, 1, ETRUNK_BFD_DISCR_MAX),
	[ETRUNK_A_BFD_REMOTE_DISCR] =
		NLA_POLICY_RANGE(NLA_U32, 1, ETRUNK_BFD_DISCR_MAX),
	[ETRUNK_A_BFD_MIN_TX_US] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &interval_range),
	[ETRUNK_A_BFD_MIN_RX_US] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &interval_range),
	[ETRUNK_A_BFD_MULTIPLIER] = NLA_POLICY_RANGE(NLA_U32, 3, 50),
	[ETRUNK_A_BFD_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ETRUNK_A_BFD_PADDED_SIZE] =
		NLA_POLICY_RANGE(NLA_U32, 0, ETRUNK_BFD_PADDED_MAX),
	[ETRUNK_A_BFD_DEV] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[ETRUNK_A_BFD_VRF_DEV] = { .type = NLA_NUL_STRING,
				   .len = IFNAMSIZ - 1 },
	[ETRUNK_A_BFD_MIN_TTL] = NLA_POLICY_RANGE(NLA_U32, 1, 255),
	[ETRUNK_A_BFD_SHUTDOWN] = NLA_POLICY_MAX(NLA_U32, 1),
	[ETRUNK_A_BFD_DEMAND] = NLA_POLICY_MAX(NLA_U32, 1),
	[ETRUNK_A_BFD_PASSIVE] = NLA_POLICY_MAX(NLA_U32, 1),
	[ETRUNK_A_BFD_WTR_US] = NLA_POLICY_FULL_RANGE(NLA_U32, &wtr_range),
	[ETRUNK_A_BFD_AUTH] =
		NLA_POLICY_MAX(NLA_U32, ETRUNK_BFD_AUTH_METICULOUS_SHA1),
	[ETRUNK_A_BFD_KEY_ID] = NLA_POLICY_MAX(NLA_U32, 255),
	[ETRUNK_A_BFD_KEY] = { .type = NLA_BINARY },
	[ETRUNK_A_BFD_SEND_KEY] = NLA_POLICY_MAX(NLA_U32, 255),
	[ETRUNK_A_BFD_DEL_KEY] = NLA_POLICY_MAX(NLA_U32, 255),
	[ETRUNK_A_BFD_SHOW_KEYS] = { .type = NLA_FLAG },
	[ETRUNK_A_BFD_ECHO_US] = NLA_POLICY_FULL_RANGE(NLA_U32, &echo_range),
};

#define DROP(WHY, text) \
	{ text, offsetof(struct etrunk_bfd_stats, drop[ETRUNK_BFD_DROP_##WHY]) }

static const struct etrunk_counter_desc drop_desc[] = {
	DROP(VERSION, "drop-version"),
	DROP(LENGTH, "drop-length"),
	DROP(TRUNCATED, "drop-truncated"),
	DROP(MULTIPLIER, "drop-multiplier"),
	DROP(MULTIPOINT, "drop-multipoint"),
	DROP(MY_DISCR, "drop-my-discriminator"),
	DROP(STATE, "drop-state"),
	DROP(NO_SESSION, "drop-no-session"),
	DROP(PORT, "drop-port"),
	DROP(INTERFACE, "drop-interface"),
	DROP(ADDRESS, "drop-address"),
	DROP(TTL, "drop-ttl"),
	DROP(AUTH, "drop-authentication"),
	DROP(AUTH_MISSING, "drop-auth-missing"),
	DROP(AUTH_TYPE, "drop-auth-type"),
	DROP(AUTH_LENGTH, "drop-auth-length"),
	DROP(AUTH_KEY_ID, "drop-auth-key-id"),
	DROP(AUTH_SEQUENCE, "drop-auth-sequence"),
	DROP(AUTH_DIGEST, "drop-auth-digest"),
	DROP(DISCR, "drop-discriminator-mismatch"),
};

static const struct etrunk_counter_desc other_desc[] = {
	{ "rx-ignored", offsetof(struct etrunk_bfd_stats, rx_ignored) },
	{ "tx-fail", offsetof(struct etrunk_bfd_stats, tx_fail) },
};

#undef DROP

#define DROP(WHY, text) { "echo-drop-" text, \
	offsetof(struct etrunk_bfd_stats, echo_drop[ETRUNK_BFD_ECHO_##WHY]) }

static const struct etrunk_counter_desc echo_desc[] = {
	{ "echo-rx", offsetof(struct etrunk_bfd_stats, echo_rx) },
	{ "echo-tx", offsetof(struct etrunk_bfd_stats, echo_tx) },
	{ "echo-tx-fail", offsetof(struct etrunk_bfd_stats, echo_tx_fail) },
	{ "echo-looped", offsetof(struct etrunk_bfd_stats, echo_looped) },
	DROP(FRAME, "frame"),
	DROP(HEADER, "header"),
	DROP(FRAGMENT, "fragment"),
	DROP(TTL, "ttl"),
	DROP(ADDRESS, "address"),
	DROP(STATE, "state"),
	DROP(DIGEST, "digest"),
	DROP(NUMBER, "number"),
	DROP(LATE, "late"),
};

#undef DROP

/* those that no session shares, for the system's list of counters */
#define DROP(WHY, text) { "bfd-" text, \
	offsetof(struct etrunk_bfd_stats, drop[ETRUNK_BFD_DROP_##WHY]) }

static const struct etrunk_counter_desc net_desc[] = {
	DROP(VERSION, "drop-version"),
	DROP(LENGTH, "drop-length"),
	DROP(TRUNCATED, "drop-truncated"),
	DROP(MULTIPLIER, "drop-multiplier"),
	DROP(MULTIPOINT, "drop-multipoint"),
	DROP(MY_DISCR, "drop-my-discriminator"),
	DROP(STATE, "drop-state"),
	DROP(NO_SESSION, "drop-no-session"),
};

#undef DROP

/* of a PW's own session, among the PW's */
#define VCCV(WHY, text) { "vccv-" text, \
	offsetof(struct etrunk_bfd_stats, drop[ETRUNK_BFD_DROP_##WHY]) }

static const struct etrunk_counter_desc vccv_desc[] = {
	{ "vccv-rx", offsetof(struct etrunk_bfd_stats, rx) },
	{ "vccv-tx", offsetof(struct etrunk_bfd_stats, tx) },
	{ "vccv-tx-fail", offsetof(struct etrunk_bfd_stats, tx_fail) },
	VCCV(VERSION, "drop-version"),
	VCCV(LENGTH, "drop-length"),
	VCCV(TRUNCATED, "drop-truncated"),
	VCCV(MULTIPLIER, "drop-multiplier"),
	VCCV(MULTIPOINT, "drop-multipoint"),
	VCCV(MY_DISCR, "drop-my-discriminator"),
	VCCV(STATE, "drop-state"),
	VCCV(NO_SESSION, "drop-no-session"),
	VCCV(PORT, "drop-port"),
	VCCV(INTERFACE, "drop-label"),
	VCCV(TTL, "drop-ttl"),
	VCCV(AUTH, "drop-authentication"),
};

#undef VCCV

static u64 drops(const struct etrunk_bfd_stats *stats)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < ETRUNK_BFD_DROP_MAX; i++)
		sum += stats->drop[i];
	return sum;
}

/* ns to the microseconds of a u32 attribute */
static u32 to_us(u64 ns)
{
	return min_t(u64, div_u64(ns, NSEC_PER_USEC), U32_MAX);
}

static int fill_config(struct sk_buff *skb, const struct etrunk_bfd *bfd)
{
	const struct etrunk_bfd_cfg *cfg = &bfd->cfg;

	if (nla_put_string(skb, ETRUNK_A_BFD_NAME, cfg->name) ||
	    etrunk_nl_put_addr(skb, ETRUNK_A_BFD_PEER, &cfg->peer) ||
	    etrunk_nl_put_addr(skb, ETRUNK_A_BFD_SOURCE, &cfg->source) ||
	    (cfg->ifindex &&
	     nla_put_u32(skb, ETRUNK_A_BFD_IFINDEX, cfg->ifindex)) ||
	    (cfg->ifindex &&
	     nla_put_string(skb, ETRUNK_A_BFD_DEV, bfd->ifname)) ||
	    (cfg->vrf && nla_put_u32(skb, ETRUNK_A_BFD_VRF, cfg->vrf)) ||
	    (cfg->vrf &&
	     nla_put_string(skb, ETRUNK_A_BFD_VRF_DEV, bfd->vrfname)) ||
	    (!cfg->encap->single_hop &&
	     nla_put_u32(skb, ETRUNK_A_BFD_MIN_TTL, cfg->min_ttl)) ||
	    (cfg->local_discr &&
	     nla_put_u32(skb, ETRUNK_A_BFD_LOCAL_DISCR, cfg->local_discr)) ||
	    (cfg->remote_discr &&
	     nla_put_u32(skb, ETRUNK_A_BFD_REMOTE_DISCR, cfg->remote_discr)) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_MIN_TX_US, cfg->timing.min_tx_us) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_MIN_RX_US, cfg->timing.min_rx_us) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_MULTIPLIER, cfg->timing.mult) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_PADDED_SIZE, cfg->padded_size) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_SHUTDOWN, cfg->shutdown) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_DEMAND, cfg->timing.demand) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_PASSIVE, cfg->timing.passive) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_WTR_US, cfg->timing.wtr_us) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_ECHO_US, cfg->timing.echo_us))
		return -EMSGSIZE;
	return 0;
}

static int fill_state(struct sk_buff *skb, const struct etrunk_bfd_fsm *f)
{
	if (nla_put_u32(skb, ETRUNK_A_BFD_STATE, f->state) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_REMOTE_STATE, f->remote_state) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_WTR_WAITING, f->wtr) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_DIAG, f->diag) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_REMOTE_DIAG, f->remote_diag) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_ACTUAL_LOCAL_DISCR, f->local_discr) ||
	    (f->remote_discr &&
	     nla_put_u32(skb, ETRUNK_A_BFD_ACTUAL_REMOTE_DISCR,
			 f->remote_discr)) ||
	    (f->remote_mult &&
	     nla_put_u32(skb, ETRUNK_A_BFD_REMOTE_MULTIPLIER,
			 f->remote_mult)) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_TX_INTERVAL_US,
			etrunk_bfd_fsm_tx_interval_us(f)) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_DETECT_TIME_US,
			to_us(etrunk_bfd_fsm_detect_time(f))) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_ECHO_INTERVAL_US,
			etrunk_bfd_fsm_echo_us(f)) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_REMOTE_ECHO_US, f->remote_echo_us) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_UP_COUNT, f->up_count) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_DOWN_COUNT, f->down_count) ||
	    (f->down_reason &&
	     nla_put_string(skb, ETRUNK_A_BFD_LAST_DOWN_REASON,
			    etrunk_bfd_reason_name(f->down_reason))) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_MAX_RX_GAP_US, to_us(f->max_rx_gap)))
		return -EMSGSIZE;
	return 0;
}

static int fill_stats(struct sk_buff *skb, const struct etrunk_bfd_stats *stats)
{
	if (etrunk_nl_put_u64(skb, ETRUNK_A_BFD_RX_PACKETS, stats->rx) ||
	    etrunk_nl_put_u64(skb, ETRUNK_A_BFD_TX_PACKETS, stats->tx) ||
	    etrunk_nl_put_u64(skb, ETRUNK_A_BFD_RX_DROP, drops(stats)) ||
	    etrunk_nl_put_counters(skb, ETRUNK_A_BFD_COUNTER, drop_desc,
				   ARRAY_SIZE(drop_desc), stats) ||
	    etrunk_nl_put_counters(skb, ETRUNK_A_BFD_COUNTER, other_desc,
				   ARRAY_SIZE(other_desc), stats) ||
	    etrunk_nl_put_counters(skb, ETRUNK_A_BFD_COUNTER, echo_desc,
				   ARRAY_SIZE(echo_desc), stats))
		return -EMSGSIZE;
	return 0;
}

static int fill_all(struct sk_buff *skb, const void *obj, bool secrets)
{
	struct etrunk_bfd *bfd = (struct etrunk_bfd *)obj;
	const struct etrunk_bfd_client *client;
	struct etrunk_bfd_stats stats;
	struct etrunk_bfd_fsm fsm;
	u64 change_time, down_time, late, rtt;
	bool changing;

	spin_lock_bh(&bfd->lock);
	fsm = bfd->fsm;
	stats = bfd->stats;
	change_time = bfd->change_time;
	down_time = bfd->down_time;
	late = bfd->max_tx_late;
	rtt = bfd->echo.fsm.max_rtt;
	changing = bfd->auth.changing;
	spin_unlock_bh(&bfd->lock);

	if (fill_config(skb, bfd) || fill_state(skb, &fsm) ||
	    etrunk_bfd_fill_keys(skb, bfd->cfg.keys, secrets) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_AUTH_CHANGING, changing) ||
	    fill_stats(skb, &stats) ||
	    etrunk_nl_put_u64(skb, ETRUNK_A_BFD_LAST_CHANGE_TIME,
			      change_time) ||
	    (down_time && etrunk_nl_put_u64(skb, ETRUNK_A_BFD_LAST_DOWN_TIME,
					    down_time)) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_ECHO_MAX_RTT_US, to_us(rtt)) ||
	    nla_put_u32(skb, ETRUNK_A_BFD_MAX_TX_LATE_US, to_us(late)))
		return -EMSGSIZE;

	list_for_each_entry(client, &bfd->clients, node) {
		if (nla_put_string(skb, ETRUNK_A_BFD_USED_BY, client->name))
			return -EMSGSIZE;
	}
	return 0;
}

static int fill_bfd(struct sk_buff *skb, const void *obj)
{
	return fill_all(skb, obj, false);
}

static int fill_secrets(struct sk_buff *skb, const void *obj)
{
	return fill_all(skb, obj, true);
}

/**
 * etrunk_bfd_fill_counters - put the counters of packets of no session
 * @skb: message
 * @attrtype: attribute of each (enum etrunk_attr_counter inside)
 * @en: namespace
 *
 * Return: 0 or -EMSGSIZE.
 */
int etrunk_bfd_fill_counters(struct sk_buff *skb, int attrtype,
			     struct etrunk_net *en)
{
	struct etrunk_bfd_stats stats;

	etrunk_bfd_table_stats(en, &stats);
	return etrunk_nl_put_counters(skb, attrtype, net_desc,
				      ARRAY_SIZE(net_desc), &stats);
}

/**
 * etrunk_bfd_fill_owned - put what a session says of itself with its owner's
 * @skb: message
 * @attrtype: attribute of each counter (enum etrunk_attr_counter inside)
 * @timeattr: attribute of the detection time
 * @bfd: session
 *
 * Return: 0 or -EMSGSIZE.
 */
int etrunk_bfd_fill_owned(struct sk_buff *skb, int attrtype, int timeattr,
			  struct etrunk_bfd *bfd)
{
	struct etrunk_bfd_stats stats;
	u64 detect;

	spin_lock_bh(&bfd->lock);
	stats = bfd->stats;
	detect = etrunk_bfd_fsm_detect_time(&bfd->fsm);
	spin_unlock_bh(&bfd->lock);

	if (nla_put_u32(skb, timeattr, to_us(detect)))
		return -EMSGSIZE;
	return etrunk_nl_put_counters(skb, attrtype, vccv_desc,
				      ARRAY_SIZE(vccv_desc), &stats);
}

/**
 * etrunk_bfd_reset - count from zero again
 * @bfd: session
 *
 * How often it went up and down stays: that is its history.
 */
void etrunk_bfd_reset(struct etrunk_bfd *bfd)
{
	spin_lock_bh(&bfd->lock);
	memset(&bfd->stats, 0, sizeof(bfd->stats));
	bfd->fsm.max_rx_gap = 0;
	bfd->echo.fsm.max_rtt = 0;
	bfd->max_tx_late = 0;
	spin_unlock_bh(&bfd->lock);
}

static struct etrunk_bfd *find(struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct etrunk_bfd *bfd;

	if (GENL_REQ_ATTR_CHECK(info, ETRUNK_A_BFD_NAME))
		return ERR_PTR(-EINVAL);

	bfd = etrunk_bfd_find(en, nla_data(info->attrs[ETRUNK_A_BFD_NAME]));
	if (bfd)
		return bfd;

	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[ETRUNK_A_BFD_NAME],
			    "no such session");
	return ERR_PTR(-ENOENT);
}

static int get_addr(const struct nlattr *attr, struct etrunk_addr *addr,
		    struct netlink_ext_ack *extack)
{
	int err = etrunk_nl_get_addr(attr, addr, extack);

	if (err)
		return err;
	if (addr->family == AF_INET6 && ipv6_addr_v4mapped(&addr->v6)) {
		etrunk_nl_err(extack, attr,
			      "an ipv4-mapped address; say the ipv4 one");
		return -EINVAL;
	}
	if (addr->family == AF_INET6 ? ipv6_addr_loopback(&addr->v6) :
				       ipv4_is_loopback(addr->v4)) {
		etrunk_nl_err(extack, attr, "not a unicast address");
		return -EINVAL;
	}
	return 0;
}

/* What an address is here, within its VRF. */
static unsigned int addr_type(struct net *net, const struct etrunk_addr *addr,
			      int vrf)
{
	struct net_device *dev;

	if (addr->family == AF_INET)
		return inet_addr_type_table(net, addr->v4, vrf ?
					l3mdev_fib_table_by_index(net, vrf) :
					RT_TABLE_LOCAL);

	dev = vrf ? __dev_get_by_index(net, vrf) : NULL;
	/* a link-local one may be the neighbour's as well as ours */
	if (ipv6_addr_type(&addr->v6) & IPV6_ADDR_LINKLOCAL ||
	    !ipv6_chk_addr(net, &addr->v6, dev, 0))
		return RTN_UNICAST;
	return RTN_LOCAL;
}

static bool link_local(const struct etrunk_addr *addr)
{
	return addr->family == AF_INET6 &&
	       ipv6_addr_type(&addr->v6) & IPV6_ADDR_LINKLOCAL;
}

static int check_addresses(struct net *net, struct nlattr **attrs,
			   const struct etrunk_bfd_cfg *cfg,
			   struct netlink_ext_ack *extack)
{
	const struct nlattr *peer = attrs[ETRUNK_A_BFD_PEER];
	const struct nlattr *source = attrs[ETRUNK_A_BFD_SOURCE];

	if (source && cfg->source.family != cfg->peer.family) {
		etrunk_nl_err(extack, source,
			      "not of the family of the peer's address");
		return -EINVAL;
	}
	if (!cfg->ifindex &&
	    (link_local(&cfg->peer) || link_local(&cfg->source))) {
		etrunk_nl_err(extack, link_local(&cfg->peer) ? peer : source,
			      "a link-local address needs a device");
		return -EINVAL;
	}
	if (etrunk_addr_equal(&cfg->peer, &cfg->source))
		return 0;	/* is refused for that, later */

	switch (addr_type(net, &cfg->peer, cfg->vrf)) {
	case RTN_LOCAL:
		etrunk_nl_err(extack, peer, "the peer's address is our own");
		return -EINVAL;
	case RTN_BROADCAST:
		etrunk_nl_err(extack, peer, "not a unicast address");
		return -EINVAL;
	}
	if (source && addr_type(net, &cfg->source, cfg->vrf) == RTN_BROADCAST) {
		etrunk_nl_err(extack, source, "not a unicast address");
		return -EINVAL;
	}
	return 0;
}

static int get_echo(const struct nlattr *attr, struct etrunk_bfd_cfg *cfg,
		    struct netlink_ext_ack *extack)
{
	u32 us = nla_get_u32(attr);

	if (us && !cfg->encap->echo) {
		etrunk_nl_err(extack, attr, "a multihop session has no echo");
		return -EINVAL;
	}
	if (us && us < interval_range.min) {
		etrunk_nl_err(extack, attr, "less than 3300us");
		return -ERANGE;
	}
	cfg->timing.echo_us = us;
	return 0;
}

/* What _NEW and _SET share. */
static int get_timing(struct nlattr **attrs, struct etrunk_bfd_cfg *cfg,
		      struct netlink_ext_ack *extack)
{
	if (attrs[ETRUNK_A_BFD_MIN_TX_US])
		cfg->timing.min_tx_us =
			nla_get_u32(attrs[ETRUNK_A_BFD_MIN_TX_US]);
	if (attrs[ETRUNK_A_BFD_MIN_RX_US])
		cfg->timing.min_rx_us =
			nla_get_u32(attrs[ETRUNK_A_BFD_MIN_RX_US]);
	if (attrs[ETRUNK_A_BFD_MULTIPLIER])
		cfg->timing.mult = nla_get_u32(attrs[ETRUNK_A_BFD_MULTIPLIER]);
	if (attrs[ETRUNK_A_BFD_DEMAND])
		cfg->timing.demand = nla_get_u32(attrs[ETRUNK_A_BFD_DEMAND]);
	if (attrs[ETRUNK_A_BFD_PASSIVE])
		cfg->timing.passive =
			nla_get_u32(attrs[ETRUNK_A_BFD_PASSIVE]);
	if (attrs[ETRUNK_A_BFD_WTR_US])
		cfg->timing.wtr_us = nla_get_u32(attrs[ETRUNK_A_BFD_WTR_US]);
	if (attrs[ETRUNK_A_BFD_PADDED_SIZE])
		cfg->padded_size = nla_get_u32(attrs[ETRUNK_A_BFD_PADDED_SIZE]);
	if (attrs[ETRUNK_A_BFD_SHUTDOWN])
		cfg->shutdown = nla_get_u32(attrs[ETRUNK_A_BFD_SHUTDOWN]);
	if (attrs[ETRUNK_A_BFD_ECHO_US]) {
		int err = get_echo(attrs[ETRUNK_A_BFD_ECHO_US], cfg, extack);

		if (err)
			return err;
	}
	if (attrs[ETRUNK_A_BFD_MIN_TTL]) {
		if (cfg->encap->single_hop) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_MIN_TTL],
				      "a single hop session demands 255");
			return -EINVAL;
		}
		cfg->min_ttl = nla_get_u32(attrs[ETRUNK_A_BFD_MIN_TTL]);
	}
	return 0;
}

static int get_new(struct net *net, struct nlattr **attrs,
		   struct etrunk_bfd_cfg *cfg, struct netlink_ext_ack *extack)
{
	int err;

	err = etrunk_nl_get_name(attrs[ETRUNK_A_BFD_NAME], cfg->name, extack);
	if (err)
		return err;

	err = get_addr(attrs[ETRUNK_A_BFD_PEER], &cfg->peer, extack);
	if (err)
		return err;
	if (attrs[ETRUNK_A_BFD_SOURCE]) {
		err = get_addr(attrs[ETRUNK_A_BFD_SOURCE], &cfg->source,
			       extack);
		if (err)
			return err;
	}
	err = etrunk_nl_get_dev(net, attrs[ETRUNK_A_BFD_DEV],
				attrs[ETRUNK_A_BFD_IFINDEX], &cfg->ifindex,
				extack);
	if (err)
		return err;
	err = etrunk_nl_get_dev(net, attrs[ETRUNK_A_BFD_VRF_DEV],
				attrs[ETRUNK_A_BFD_VRF], &cfg->vrf, extack);
	if (err)
		return err;
	err = check_addresses(net, attrs, cfg, extack);
	if (err)
		return err;

	cfg->encap = cfg->ifindex ? &etrunk_bfd_single_hop :
				    &etrunk_bfd_multihop;
	cfg->min_ttl = cfg->encap->min_ttl;
	if (attrs[ETRUNK_A_BFD_LOCAL_DISCR])
		cfg->local_discr = nla_get_u32(attrs[ETRUNK_A_BFD_LOCAL_DISCR]);
	if (attrs[ETRUNK_A_BFD_REMOTE_DISCR]) {
		if (!cfg->local_discr) {
			etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_REMOTE_DISCR],
				      "needs a local discriminator too");
			return -EINVAL;
		}
		cfg->remote_discr =
			nla_get_u32(attrs[ETRUNK_A_BFD_REMOTE_DISCR]);
	}
	return get_timing(attrs, cfg, extack);
}

/* The keyring that a session is to have. */
static const struct etrunk_bfd_keyring *wanted_keys(const struct etrunk_bfd *bfd)
{
	const struct bfd_plan *plan = etrunk_batch_wanted(bfd->en, bfd);

	return plan ? plan->cfg.keys : bfd->cfg.keys;
}

/**
 * etrunk_bfd_weak - does a session need weak-algorithms?
 * @en: namespace
 * @auth: name of what is weak
 *
 * Return: "bfd NAME" of the first such session, or NULL. Under RTNL.
 */
const char *etrunk_bfd_weak(const struct etrunk_net *en, const char **auth)
{
	const struct etrunk_bfd *bfd;

	list_for_each_entry(bfd, &en->bfds, list) {
		*auth = etrunk_bfd_keyring_weak(wanted_keys(bfd));
		if (*auth)
			return bfd->object;
	}
	return NULL;
}

/* Weak algorithms are allowed, or nobody wants one. */
static int check(void *obj, struct nlattr **attrs,
		 struct netlink_ext_ack *extack)
{
	const struct etrunk_bfd *bfd = obj;
	const char *weak = etrunk_bfd_keyring_weak(wanted_keys(bfd));
	struct etrunk_identity id;

	etrunk_identity_get(bfd->en, &id);
	if (!weak || id.weak_algorithms)
		return 0;
	etrunk_nl_err(extack, attrs[ETRUNK_A_BFD_AUTH],
		      "%s is weak and weak-algorithms is off", weak);
	return -EINVAL;
}

static void start(void *obj, void *plan)
{
	etrunk_bfd_start(obj);
}

static void destroy(void *obj, void *plan)
{
	etrunk_bfd_destroy(obj, false);
}

static const struct etrunk_batch_ops new_ops = {
	.check = check,
	.commit = start,
	.undo = destroy,
};

int etrunk_nl_bfd_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct etrunk_bfd_cfg cfg = {
		.timing.min_tx_us = ETRUNK_BFD_DEF_INTERVAL,
		.timing.min_rx_us = ETRUNK_BFD_DEF_INTERVAL,
		.timing.mult = ETRUNK_BFD_DEF_MULT,
	};
	struct etrunk_bfd *bfd;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, ETRUNK_A_BFD_NAME) ||
	    GENL_REQ_ATTR_CHECK(info, ETRUNK_A_BFD_PEER))
		return -EINVAL;

	err = get_new(en->net, info->attrs, &cfg, info->extack);
	if (err)
		return err;

	if (info->attrs[ETRUNK_A_BFD_DEL_KEY]) {
		etrunk_nl_err(info->extack, info->attrs[ETRUNK_A_BFD_DEL_KEY],
			      "a new session has no key to delete");
		return -EINVAL;
	}
	err = etrunk_bfd_keyring_get(NULL, info->attrs, &cfg.keys,
				     info->extack);
	if (err)
		return err;

	bfd = etrunk_bfd_create(en, &cfg, info->attrs, info->extack);
	if (IS_ERR(bfd)) {
		etrunk_bfd_keyring_free(cfg.keys);
		return PTR_ERR(bfd);
	}

	return etrunk_batch_new(info, &new_ops, bfd);
}

static bool names(const struct nlattr *attr, const char *name)
{
	return !strcmp(nla_data(attr), name);
}

/* Saying again what is so already is no change. */
static int check_fixed(const struct etrunk_bfd *bfd, struct nlattr **attrs,
		       struct netlink_ext_ack *extack)
{
	static const struct {
		int attr;
		const char *what;
	} fixed[] = {
		{ ETRUNK_A_BFD_PEER, "the peer address" },
		{ ETRUNK_A_BFD_SOURCE, "the source address" },
		{ ETRUNK_A_BFD_IFINDEX, "the device" },
		{ ETRUNK_A_BFD_DEV, "the device" },
		{ ETRUNK_A_BFD_VRF, "the vrf" },
		{ ETRUNK_A_BFD_VRF_DEV, "the vrf" },
		{ ETRUNK_A_BFD_LOCAL_DISCR, "the local discriminator" },
		{ ETRUNK_A_BFD_REMOTE_DISCR, "the remote discriminator" },
	};
	const struct etrunk_bfd_cfg *cfg = &bfd->cfg;
	struct etrunk_addr addr;
	int i;

	for (i = 0; i < ARRAY_SIZE(fixed); i++) {
		const struct nlattr *attr = attrs[fixed[i].attr];
		bool same = false;

		if (!attr)
			continue;
		switch (fixed[i].attr) {
		case ETRUNK_A_BFD_PEER:
			same = !etrunk_nl_get_addr(attr, &addr, NULL) &&
			       etrunk_addr_equal(&addr, &cfg->peer);
			break;
		case ETRUNK_A_BFD_SOURCE:
			same = !etrunk_nl_get_addr(attr, &addr, NULL) &&
			       etrunk_addr_equal(&addr, &cfg->source);
			break;
		case ETRUNK_A_BFD_IFINDEX:
			same = nla_get_u32(attr) == cfg->ifindex;
			break;
		case ETRUNK_A_BFD_VRF:
			same = nla_get_u32(attr) == cfg->vrf;
			break;
		case ETRUNK_A_BFD_DEV:
			same = cfg->ifindex && names(attr, bfd->ifname);
			break;
		case ETRUNK_A_BFD_VRF_DEV:
			same = cfg->vrf && names(attr, bfd->vrfname);
			break;
		case ETRUNK_A_BFD_LOCAL_DISCR:
			same = nla_get_u32(attr) == cfg->local_discr;
			break;
		case ETRUNK_A_BFD_REMOTE_DISCR:
			same = nla_get_u32(attr) == cfg->remote_discr;
			break;
		}
		if (!same) {
			etrunk_nl_err(extack, attr, "%s of a session is fixed",
				      fixed[i].what);
			return -EINVAL;
		}
	}
	return 0;
}

static void commit(void *obj, void *data)
{
	const struct bfd_plan *plan = data;

	etrunk_bfd_set(obj, &plan->cfg);
}

static void undo(void *obj, void *data)
{
	const struct bfd_plan *plan = data;
	struct etrunk_bfd *bfd = obj;

	if (plan->rekey)
		etrunk_bfd_keyring_free(plan->cfg.keys);
	etrunk_bfd_echo_follow(bfd, bfd->cfg.timing.echo_us, NULL);
}

static const struct etrunk_batch_ops set_ops = {
	.check = check,
	.commit = commit,
	.undo = undo,
};

int etrunk_nl_bfd_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_bfd *bfd = find(info);
	const struct bfd_plan *wanted;
	struct etrunk_bfd_keyring *keys;
	struct bfd_plan plan = { };
	int err;

	if (IS_ERR(bfd))
		return PTR_ERR(bfd);

	err = check_fixed(bfd, info->attrs, info->extack);
	if (err)
		return err;

	wanted = etrunk_batch_wanted(bfd->en, bfd);
	plan.cfg = wanted ? wanted->cfg : bfd->cfg;
	err = get_timing(info->attrs, &plan.cfg, info->extack);
	if (err)
		return err;
	err = etrunk_bfd_keyring_get(plan.cfg.keys, info->attrs, &keys,
				     info->extack);
	if (err)
		return err;
	if (keys) {
		plan.cfg.keys = keys;
		plan.rekey = true;
	}
	/* with nobody who wants it yet it takes nothing; undo() ends it */
	if (plan.cfg.timing.echo_us) {
		err = etrunk_bfd_echo_follow(bfd, true, info->extack);
		if (err) {
			undo(bfd, &plan);
			return err;
		}
	}
	return etrunk_batch_set(info, &set_ops, bfd, &plan, sizeof(plan));
}

int etrunk_nl_bfd_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_bfd *bfd = find(info);
	const char *holder;

	if (IS_ERR(bfd))
		return PTR_ERR(bfd);

	holder = etrunk_bfd_holder(bfd);
	if (holder) {
		etrunk_nl_err(info->extack, info->attrs[ETRUNK_A_BFD_NAME],
			      "in use by %s", holder);
		return -EBUSY;
	}

	etrunk_bfd_destroy(bfd, false);
	return 0;
}

int etrunk_nl_bfd_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_bfd *bfd = find(info);

	if (IS_ERR(bfd))
		return PTR_ERR(bfd);
	etrunk_bfd_reset(bfd);
	return 0;
}

int etrunk_nl_bfd_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	bool secrets = info->attrs[ETRUNK_A_BFD_SHOW_KEYS];
	struct etrunk_bfd *bfd;

	if (secrets && !netlink_capable(skb, CAP_NET_ADMIN))
		return -EPERM;
	bfd = find(info);
	if (IS_ERR(bfd))
		return PTR_ERR(bfd);

	return etrunk_nl_reply(info, ETRUNK_CMD_BFD_GET,
			       secrets ? fill_secrets : fill_bfd, bfd);
}

int etrunk_nl_bfd_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	bool secrets = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
				       ETRUNK_A_BFD_SHOW_KEYS);
	struct etrunk_net *en = etrunk_net(sock_net(skb->sk));
	struct etrunk_bfd *bfd;
	long i = 0;

	if (secrets && !netlink_capable(cb->skb, CAP_NET_ADMIN))
		return -EPERM;
	list_for_each_entry(bfd, &en->bfds, list) {
		if (i++ < cb->args[0])
			continue;
		if (etrunk_nl_dump_one(skb, cb, ETRUNK_CMD_BFD_GET,
				       secrets ? fill_secrets : fill_bfd, bfd))
			break;
		cb->args[0]++;
	}
	return skb->len;
}
