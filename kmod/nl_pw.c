// SPDX-License-Identifier: GPL-2.0
/* Netlink of PWs. */
#include <linux/if_vlan.h>
#include <net/sock.h>

#include "netlink.h"
#include "pw.h"

static struct netlink_range_validation label_range = {
	.min = ETRUNK_LABEL_MIN,
	.max = ETRUNK_LABEL_MAX,
};

static struct netlink_range_validation mtu_range = {
	.min = 64,
	.max = 65535,
};

static struct netlink_range_validation refresh_range = {
	.max = 65535,
};

static struct netlink_range_validation interval_range = {
	.min = 3300,
	.max = 20000000,
};

const struct nla_policy etrunk_nl_pw_policy[ETRUNK_A_PW_MAX + 1] = {
	[ETRUNK_A_PW_NAME] = { .type = NLA_NUL_STRING,
			       .len = ETRUNK_NAME_LEN - 1 },
	[ETRUNK_A_PW_PEER] = { .type = NLA_BINARY,
			       .len = sizeof(struct in6_addr) },
	[ETRUNK_A_PW_PW_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[ETRUNK_A_PW_IN_LABEL] = NLA_POLICY_FULL_RANGE(NLA_U32, &label_range),
	[ETRUNK_A_PW_OUT_LABEL] = NLA_POLICY_FULL_RANGE(NLA_U32, &label_range),
	[ETRUNK_A_PW_VIA] = { .type = NLA_BINARY,
			      .len = sizeof(struct in6_addr) },
	[ETRUNK_A_PW_IFINDEX] = NLA_POLICY_MIN(NLA_S32, 1),
	[ETRUNK_A_PW_TUNNEL_LABELS] = { .type = NLA_BINARY },
	[ETRUNK_A_PW_CONTROL_WORD] = NLA_POLICY_MAX(NLA_U32, 1),
	[ETRUNK_A_PW_MTU] = NLA_POLICY_FULL_RANGE(NLA_U32, &mtu_range),
	[ETRUNK_A_PW_STATUS] = NLA_POLICY_RANGE(NLA_U32,
						ETRUNK_PW_STATUS_STATIC,
						ETRUNK_PW_STATUS_NONE),
	[ETRUNK_A_PW_REFRESH_S] = NLA_POLICY_FULL_RANGE(NLA_U32,
							&refresh_range),
	[ETRUNK_A_PW_INITIAL_REMOTE] = { .type = NLA_U32 },
	[ETRUNK_A_PW_TRACK_BFD] = { .type = NLA_NUL_STRING,
				    .len = ETRUNK_NAME_LEN - 1 },
	[ETRUNK_A_PW_LOCKOUT] = NLA_POLICY_MAX(NLA_U32, 1),
	[ETRUNK_A_PW_UP ... ETRUNK_A_PW_PAD] = { .type = NLA_REJECT },
	[ETRUNK_A_PW_VCCV_BFD] = NLA_POLICY_MAX(NLA_U32, ETRUNK_PW_VCCV_IP),
	[ETRUNK_A_PW_MIN_TX_US] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &interval_range),
	[ETRUNK_A_PW_MIN_RX_US] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &interval_range),
	[ETRUNK_A_PW_MULTIPLIER] = NLA_POLICY_RANGE(NLA_U32, 3, 50),
	[ETRUNK_A_PW_DETECT_TIME_US] = { .type = NLA_REJECT },
	[ETRUNK_A_PW_DEV] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[ETRUNK_A_PW_TYPE] = NLA_POLICY_MAX(NLA_U32, ETRUNK_PW_TAGGED),
	[ETRUNK_A_PW_VLAN] = NLA_POLICY_MAX(NLA_U32, VLAN_N_VID - 2),
	[ETRUNK_A_PW_SEQUENCE] = NLA_POLICY_MAX(NLA_U32, 1),
	[ETRUNK_A_PW_TC] = NLA_POLICY_MAX(NLA_U32, ETRUNK_PW_TC_8021P),
};

static int get_addr(struct genl_info *info, int type, struct etrunk_addr *addr)
{
	int err;

	err = etrunk_nl_get_addr(info->attrs[type], addr, info->extack);
	if (err)
		return err;
	if (addr->family != AF_INET) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[type],
				    "an IPv4 address is needed");
		return -EAFNOSUPPORT;
	}
	return 0;
}

static int get_tunnel(struct genl_info *info, struct etrunk_pw_cfg *cfg)
{
	const struct nlattr *attr = info->attrs[ETRUNK_A_PW_TUNNEL_LABELS];
	unsigned int i, n = nla_len(attr) / sizeof(u32);
	const u32 *label = nla_data(attr);

	if (nla_len(attr) % sizeof(u32) || n > ETRUNK_LABELS_MAX) {
		etrunk_nl_err(info->extack, attr, "at most %u tunnel labels",
			      ETRUNK_LABELS_MAX);
		return -EINVAL;
	}
	for (i = 0; i < n; i++) {
		if (label[i] < ETRUNK_LABEL_MIN ||
		    label[i] > ETRUNK_LABEL_MAX) {
			etrunk_nl_err(info->extack, attr,
				      "labels are 16 to 1048575");
			return -ERANGE;
		}
		cfg->tunnel[i] = label[i];
	}
	cfg->n_tunnel = n;
	return 0;
}

/* The core interface of a request; it may be without device for a while. */
static struct etrunk_core *get_core(struct genl_info *info,
				    const struct nlattr *attr)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct nlattr *name = info->attrs[ETRUNK_A_PW_DEV];
	struct etrunk_core *core;
	struct net_device *dev;
	int ifindex, err;

	core = name ? etrunk_core_find_lost(en, nla_data(name)) : NULL;
	if (core)
		return core;

	err = etrunk_nl_get_dev(en->net, name, info->attrs[ETRUNK_A_PW_IFINDEX],
				&ifindex, info->extack);
	if (err)
		return ERR_PTR(err);
	dev = __dev_get_by_index(en->net, ifindex);
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "no such device");
		return ERR_PTR(-ENODEV);
	}
	core = etrunk_core_find(en, dev);
	if (!core) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "is no core interface");
		return ERR_PTR(-EINVAL);
	}
	return core;
}

/* @via, the device and tunnel labels: all about a pinned LSP, or nothing */
static int get_pin(struct genl_info *info, struct etrunk_pw_cfg *cfg)
{
	struct nlattr **a = info->attrs;
	struct nlattr *dev = a[ETRUNK_A_PW_DEV] ?: a[ETRUNK_A_PW_IFINDEX];

	if (!a[ETRUNK_A_PW_VIA] && !dev) {
		if (!a[ETRUNK_A_PW_TUNNEL_LABELS])
			return 0;
		NL_SET_ERR_MSG_ATTR(info->extack, a[ETRUNK_A_PW_TUNNEL_LABELS],
				    "tunnel-label needs via and dev");
		return -EINVAL;
	}
	if (!a[ETRUNK_A_PW_VIA] || !dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, dev ?: a[ETRUNK_A_PW_VIA],
				    "via and dev go together");
		return -EINVAL;
	}

	cfg->core = get_core(info, dev);
	if (IS_ERR(cfg->core))
		return PTR_ERR(cfg->core);
	if (a[ETRUNK_A_PW_TUNNEL_LABELS]) {
		int err = get_tunnel(info, cfg);

		if (err)
			return err;
	}
	return get_addr(info, ETRUNK_A_PW_VIA, &cfg->via);
}

/* What _NEW and _SET have in common. */
static int get_changeable(struct genl_info *info, struct etrunk_pw_cfg *cfg)
{
	struct nlattr **a = info->attrs;

	if (a[ETRUNK_A_PW_MTU])
		cfg->mtu = nla_get_u32(a[ETRUNK_A_PW_MTU]);
	if (a[ETRUNK_A_PW_TC])
		cfg->tc = nla_get_u32(a[ETRUNK_A_PW_TC]);
	if (a[ETRUNK_A_PW_REFRESH_S])
		cfg->refresh = nla_get_u32(a[ETRUNK_A_PW_REFRESH_S]);
	if (a[ETRUNK_A_PW_INITIAL_REMOTE])
		cfg->initial_remote =
			nla_get_u32(a[ETRUNK_A_PW_INITIAL_REMOTE]);
	if (a[ETRUNK_A_PW_LOCKOUT])
		cfg->lockout = nla_get_u32(a[ETRUNK_A_PW_LOCKOUT]);
	if (a[ETRUNK_A_PW_VCCV_BFD])
		cfg->vccv = nla_get_u32(a[ETRUNK_A_PW_VCCV_BFD]);
	if (a[ETRUNK_A_PW_MIN_TX_US])
		cfg->vccv_min_tx_us = nla_get_u32(a[ETRUNK_A_PW_MIN_TX_US]);
	if (a[ETRUNK_A_PW_MIN_RX_US])
		cfg->vccv_min_rx_us = nla_get_u32(a[ETRUNK_A_PW_MIN_RX_US]);
	if (a[ETRUNK_A_PW_MULTIPLIER])
		cfg->vccv_mult = nla_get_u32(a[ETRUNK_A_PW_MULTIPLIER]);
	if (a[ETRUNK_A_PW_TRACK_BFD]) {
		const char *name = nla_data(a[ETRUNK_A_PW_TRACK_BFD]);

		cfg->bfd = NULL;
		if (*name) {
			struct etrunk_net *en =
				etrunk_net(genl_info_net(info));

			cfg->bfd = etrunk_bfd_find(en, name);
			if (!cfg->bfd) {
				etrunk_nl_err(info->extack,
					      a[ETRUNK_A_PW_TRACK_BFD],
					      "no bfd session %s", name);
				return -ENOENT;
			}
		}
	}
	return 0;
}

static int check_vccv(struct genl_info *info, const struct etrunk_pw_cfg *cfg)
{
	const struct nlattr *attr = info->attrs[ETRUNK_A_PW_VCCV_BFD];

	if (!cfg->vccv)
		return 0;
	if (!cfg->cw) {
		etrunk_nl_err(info->extack, attr,
			      "its messages stand in place of the control word");
		return -EINVAL;
	}
	if (cfg->bfd) {
		etrunk_nl_err(info->extack, info->attrs[ETRUNK_A_PW_TRACK_BFD] ?
			      info->attrs[ETRUNK_A_PW_TRACK_BFD] : attr,
			      "a pw has one of track-bfd and vccv-bfd");
		return -EINVAL;
	}
	return 0;
}

/* The session must be one to the PW's peer, or it says nothing of the PW. */
static int check_bfd(struct genl_info *info, const struct etrunk_pw_cfg *cfg)
{
	const struct etrunk_addr *peer;
	int err;

	err = check_vccv(info, cfg);
	if (err)
		return err;
	if (!cfg->bfd)
		return 0;
	peer = etrunk_bfd_peer(cfg->bfd);
	if (peer->family != cfg->peer.family) {
		etrunk_nl_err(info->extack, info->attrs[ETRUNK_A_PW_TRACK_BFD],
			      "bfd %s is ipv6, the pw has peer %pI4",
			      etrunk_bfd_name(cfg->bfd), &cfg->peer.v4);
		return -EINVAL;
	}
	if (etrunk_bfd_vrf(cfg->bfd)) {
		etrunk_nl_err(info->extack, info->attrs[ETRUNK_A_PW_TRACK_BFD],
			      "bfd %s is in vrf %s, the pw in none",
			      etrunk_bfd_name(cfg->bfd),
			      etrunk_bfd_vrf(cfg->bfd));
		return -EINVAL;
	}
	if (!etrunk_addr_equal(peer, &cfg->peer)) {
		etrunk_nl_err(info->extack, info->attrs[ETRUNK_A_PW_TRACK_BFD],
			      "bfd %s has peer %pI4, the pw has %pI4",
			      etrunk_bfd_name(cfg->bfd), &peer->v4,
			      &cfg->peer.v4);
		return -EINVAL;
	}
	return 0;
}

static int get_name(struct genl_info *info, char *name)
{
	const struct nlattr *attr = info->attrs[ETRUNK_A_PW_NAME];

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "name is missing");
		return -EINVAL;
	}
	return etrunk_nl_get_name(attr, name, info->extack);
}

static struct etrunk_pw *get_pw(struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	char name[ETRUNK_NAME_LEN];
	struct etrunk_pw *pw;
	int err;

	err = get_name(info, name);
	if (err)
		return ERR_PTR(err);
	pw = etrunk_pw_find(en, name);
	if (!pw) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[ETRUNK_A_PW_NAME],
				    "does not exist");
		return ERR_PTR(-ENOENT);
	}
	return pw;
}

/* How frames are encapsulated; fixed, as both ends have to agree. */
static int get_encap(struct genl_info *info, struct etrunk_pw_cfg *cfg)
{
	struct nlattr **a = info->attrs;

	if (a[ETRUNK_A_PW_CONTROL_WORD])
		cfg->cw = nla_get_u32(a[ETRUNK_A_PW_CONTROL_WORD]);
	if (a[ETRUNK_A_PW_TYPE])
		cfg->type = nla_get_u32(a[ETRUNK_A_PW_TYPE]);
	if (a[ETRUNK_A_PW_VLAN])
		cfg->vlan = nla_get_u32(a[ETRUNK_A_PW_VLAN]);
	if (a[ETRUNK_A_PW_SEQUENCE])
		cfg->sequence = nla_get_u32(a[ETRUNK_A_PW_SEQUENCE]);
	if (cfg->vlan && cfg->type != ETRUNK_PW_TAGGED) {
		NL_SET_ERR_MSG_ATTR(info->extack, a[ETRUNK_A_PW_VLAN],
				    "only a tagged pw sends a tag");
		return -EINVAL;
	}
	if (cfg->sequence && !cfg->cw) {
		NL_SET_ERR_MSG_ATTR(info->extack, a[ETRUNK_A_PW_SEQUENCE],
				    "the number stands in the control word");
		return -EINVAL;
	}
	return 0;
}

static int get_new(struct genl_info *info, struct etrunk_pw_cfg *cfg)
{
	static const int required[] = {
		ETRUNK_A_PW_PEER, ETRUNK_A_PW_PW_ID, ETRUNK_A_PW_IN_LABEL,
		ETRUNK_A_PW_OUT_LABEL,
	};
	static const char * const words[] = {
		"peer", "pw-id", "in-label", "out-label",
	};
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct nlattr **a = info->attrs;
	struct etrunk_pw *holder;
	unsigned int i;
	int err;

	err = get_name(info, cfg->name);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(required); i++) {
		if (!a[required[i]]) {
			etrunk_nl_err(info->extack, NULL, "%s is missing",
				      words[i]);
			return -EINVAL;
		}
	}

	cfg->mtu = ETH_DATA_LEN;
	cfg->refresh = 600;
	cfg->cw = true;
	cfg->tc = ETRUNK_PW_TC_8021P;
	cfg->status = ETRUNK_PW_STATUS_STATIC;
	cfg->vccv_min_tx_us = ETRUNK_PW_VCCV_INTERVAL;
	cfg->vccv_min_rx_us = ETRUNK_PW_VCCV_INTERVAL;
	cfg->vccv_mult = ETRUNK_PW_VCCV_MULT;
	err = get_addr(info, ETRUNK_A_PW_PEER, &cfg->peer);
	if (err)
		return err;
	cfg->pw_id = nla_get_u32(a[ETRUNK_A_PW_PW_ID]);
	cfg->in_label = nla_get_u32(a[ETRUNK_A_PW_IN_LABEL]);
	cfg->out_label = nla_get_u32(a[ETRUNK_A_PW_OUT_LABEL]);
	if (a[ETRUNK_A_PW_STATUS])
		cfg->status = nla_get_u32(a[ETRUNK_A_PW_STATUS]);
	err = get_encap(info, cfg);
	if (err)
		return err;
	err = get_pin(info, cfg);
	if (err)
		return err;
	err = get_changeable(info, cfg);
	if (err)
		return err;
	err = check_bfd(info, cfg);
	if (err)
		return err;

	if (etrunk_pw_find(en, cfg->name)) {
		etrunk_nl_err(info->extack, a[ETRUNK_A_PW_NAME],
			      "pw %s exists", cfg->name);
		return -EEXIST;
	}
	holder = xa_load(&en->pw->labels, cfg->in_label);
	if (holder) {
		etrunk_nl_err(info->extack, a[ETRUNK_A_PW_IN_LABEL],
			      "in-label %u is in use by pw %s", cfg->in_label,
			      holder->cfg.name);
		return -EEXIST;
	}
	return 0;
}

static void start(void *obj, void *plan)
{
	etrunk_pw_start(obj);
}

static void destroy(void *obj, void *plan)
{
	etrunk_pw_destroy(obj);
}

static const struct etrunk_batch_ops new_ops = {
	.commit = start,
	.undo = destroy,
};

int etrunk_nl_pw_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct etrunk_pw_cfg cfg;
	struct etrunk_pw *pw;
	int err;

	memset(&cfg, 0, sizeof(cfg));
	err = get_new(info, &cfg);
	if (err)
		return err;
	pw = etrunk_pw_create(en, &cfg, info->extack);
	if (IS_ERR(pw))
		return PTR_ERR(pw);
	return etrunk_batch_new(info, &new_ops, pw);
}

/* Attributes that name what the PW is; another value makes another PW. */
static int check_fixed(struct genl_info *info, const struct etrunk_pw_cfg *cfg)
{
	struct nlattr **a = info->attrs;
	struct {
		int type;
		u32 now;
	} fixed[] = {
		{ ETRUNK_A_PW_PW_ID, cfg->pw_id },
		{ ETRUNK_A_PW_IN_LABEL, cfg->in_label },
		{ ETRUNK_A_PW_OUT_LABEL, cfg->out_label },
		{ ETRUNK_A_PW_CONTROL_WORD, cfg->cw },
		{ ETRUNK_A_PW_TYPE, cfg->type },
		{ ETRUNK_A_PW_VLAN, cfg->vlan },
		{ ETRUNK_A_PW_SEQUENCE, cfg->sequence },
		{ ETRUNK_A_PW_STATUS, cfg->status },
	};
	const struct nlattr *bad = NULL;
	struct etrunk_addr addr;
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(fixed); i++)
		if (a[fixed[i].type] &&
		    nla_get_u32(a[fixed[i].type]) != fixed[i].now)
			bad = a[fixed[i].type];
	if (a[ETRUNK_A_PW_PEER]) {
		err = get_addr(info, ETRUNK_A_PW_PEER, &addr);
		if (err)
			return err;
		if (!etrunk_addr_equal(&addr, &cfg->peer))
			bad = a[ETRUNK_A_PW_PEER];
	}
	if (bad) {
		NL_SET_ERR_MSG_ATTR(info->extack, bad, "fixed at creation");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* A pinned LSP may be repeated, not changed. */
static int check_same_pin(struct genl_info *info,
			  const struct etrunk_pw_cfg *old)
{
	struct nlattr **a = info->attrs;
	struct etrunk_pw_cfg cfg;
	int err;

	memset(&cfg, 0, sizeof(cfg));
	err = get_pin(info, &cfg);
	if (err || !cfg.core)
		return err;
	if (cfg.core != old->core ||
	    !etrunk_addr_equal(&cfg.via, &old->via) ||
	    cfg.n_tunnel != old->n_tunnel ||
	    memcmp(cfg.tunnel, old->tunnel, sizeof(cfg.tunnel))) {
		NL_SET_ERR_MSG_ATTR(info->extack, a[ETRUNK_A_PW_VIA],
				    "fixed at creation");
		return -EOPNOTSUPP;
	}
	return 0;
}

/**
 * struct pw_plan - settings to have
 * @cfg: all of them
 * @vccv: a new session of its own, NULL if there is none
 * @live: of another session, tracked or its own, NULL if there is none
 */
struct pw_plan {
	struct etrunk_pw_cfg cfg;
	struct etrunk_bfd *vccv;
	struct etrunk_live *live;
};

static void commit(void *obj, void *data)
{
	const struct pw_plan *plan = data;

	etrunk_pw_set(obj, &plan->cfg, plan->vccv, plan->live);
}

static void undo(void *obj, void *data)
{
	const struct pw_plan *plan = data;

	if (plan->live)
		etrunk_live_put(plan->live);
	if (plan->vccv)
		etrunk_bfd_destroy(plan->vccv, false);
}

static const struct etrunk_batch_ops set_ops = {
	.commit = commit,
	.undo = undo,
};

int etrunk_nl_pw_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct etrunk_pw *pw = get_pw(info);
	const struct pw_plan *wanted;
	struct pw_plan plan = {};
	const struct etrunk_bfd *old;
	enum etrunk_pw_vccv old_vccv;
	int err;

	if (IS_ERR(pw))
		return PTR_ERR(pw);
	wanted = etrunk_batch_wanted(en, pw);
	memcpy(&plan.cfg, wanted ? &wanted->cfg : &pw->cfg, sizeof(plan.cfg));
	old = plan.cfg.bfd;
	old_vccv = plan.cfg.vccv;
	err = check_fixed(info, &plan.cfg);
	if (err)
		return err;
	err = check_same_pin(info, &plan.cfg);
	if (err)
		return err;
	err = get_changeable(info, &plan.cfg);
	if (err)
		return err;
	err = check_bfd(info, &plan.cfg);
	if (err)
		return err;
	if (plan.cfg.vccv && plan.cfg.vccv != old_vccv) {
		plan.vccv = etrunk_vccv_create(pw, &plan.cfg, info->extack);
		if (IS_ERR(plan.vccv))
			return PTR_ERR(plan.vccv);
	}
	if (plan.vccv || (plan.cfg.bfd && plan.cfg.bfd != old)) {
		err = etrunk_live_get(en, plan.vccv ?: plan.cfg.bfd,
				      plan.cfg.name, &plan.live);
		if (err) {
			undo(pw, &plan);
			return err;
		}
	}
	return etrunk_batch_set(info, &set_ops, pw, &plan, sizeof(plan));
}

int etrunk_nl_pw_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_pw *pw = get_pw(info);
	struct etrunk_vpws *v;

	if (IS_ERR(pw))
		return PTR_ERR(pw);
	v = rtnl_dereference(pw->vpws);
	if (v) {
		etrunk_nl_err(info->extack, info->attrs[ETRUNK_A_PW_NAME],
			      "pw %s is in use by vpws %s", pw->cfg.name,
			      v->cfg.name);
		return -EBUSY;
	}
	etrunk_pw_destroy(pw);
	return 0;
}

static int fill_cfg(struct sk_buff *skb, const struct etrunk_pw *pw)
{
	const struct etrunk_pw_cfg *cfg = &pw->cfg;

	if (nla_put_string(skb, ETRUNK_A_PW_NAME, cfg->name) ||
	    etrunk_nl_put_addr(skb, ETRUNK_A_PW_PEER, &cfg->peer) ||
	    nla_put_u32(skb, ETRUNK_A_PW_PW_ID, cfg->pw_id) ||
	    nla_put_u32(skb, ETRUNK_A_PW_IN_LABEL, cfg->in_label) ||
	    nla_put_u32(skb, ETRUNK_A_PW_OUT_LABEL, cfg->out_label) ||
	    nla_put_u32(skb, ETRUNK_A_PW_CONTROL_WORD, cfg->cw) ||
	    nla_put_u32(skb, ETRUNK_A_PW_MTU, cfg->mtu) ||
	    nla_put_u32(skb, ETRUNK_A_PW_STATUS, cfg->status) ||
	    nla_put_u32(skb, ETRUNK_A_PW_REFRESH_S, cfg->refresh) ||
	    nla_put_u32(skb, ETRUNK_A_PW_INITIAL_REMOTE,
			cfg->initial_remote) ||
	    nla_put_string(skb, ETRUNK_A_PW_TRACK_BFD,
			   cfg->bfd ? etrunk_bfd_name(cfg->bfd) : "") ||
	    nla_put_u32(skb, ETRUNK_A_PW_LOCKOUT, cfg->lockout) ||
	    nla_put_u32(skb, ETRUNK_A_PW_VCCV_BFD, cfg->vccv) ||
	    nla_put_u32(skb, ETRUNK_A_PW_MIN_TX_US, cfg->vccv_min_tx_us) ||
	    nla_put_u32(skb, ETRUNK_A_PW_MIN_RX_US, cfg->vccv_min_rx_us) ||
	    nla_put_u32(skb, ETRUNK_A_PW_MULTIPLIER, cfg->vccv_mult) ||
	    nla_put_u32(skb, ETRUNK_A_PW_TYPE, cfg->type) ||
	    nla_put_u32(skb, ETRUNK_A_PW_VLAN, cfg->vlan) ||
	    nla_put_u32(skb, ETRUNK_A_PW_SEQUENCE, cfg->sequence) ||
	    nla_put_u32(skb, ETRUNK_A_PW_TC, cfg->tc))
		return -EMSGSIZE;

	if (!cfg->core)
		return 0;
	if (etrunk_nl_put_addr(skb, ETRUNK_A_PW_VIA, &cfg->via) ||
	    nla_put_u32(skb, ETRUNK_A_PW_IFINDEX, cfg->core->ifindex) ||
	    nla_put_string(skb, ETRUNK_A_PW_DEV, cfg->core->name) ||
	    nla_put(skb, ETRUNK_A_PW_TUNNEL_LABELS,
		    cfg->n_tunnel * sizeof(u32), cfg->tunnel))
		return -EMSGSIZE;
	return 0;
}

static int fill_lsp(struct sk_buff *skb, const struct etrunk_lsp *lsp)
{
	if (!lsp)
		return 0;
	if (nla_put_u32(skb, ETRUNK_A_PW_LSP_IFINDEX,
			lsp->core->dev->ifindex) ||
	    nla_put_in_addr(skb, ETRUNK_A_PW_LSP_VIA, lsp->via) ||
	    nla_put(skb, ETRUNK_A_PW_LSP_LABELS, lsp->n * sizeof(u32),
		    lsp->labels))
		return -EMSGSIZE;
	return 0;
}

static int fill_state(struct sk_buff *skb, struct etrunk_pw *pw)
{
	int err;

	spin_lock_bh(&pw->lock);
	err = nla_put_u32(skb, ETRUNK_A_PW_UP, pw->up) ||
	      nla_put_u32(skb, ETRUNK_A_PW_ACTIVE, pw->active) ||
	      nla_put_u32(skb, ETRUNK_A_PW_LOCAL_STATUS, pw->oam.tx_word) ||
	      nla_put_u32(skb, ETRUNK_A_PW_REMOTE_STATUS,
			  etrunk_oam_remote(&pw->oam, &pw->oam_cfg)) ||
	      (pw->last_change &&
	       etrunk_nl_put_u64(skb, ETRUNK_A_PW_LAST_CHANGE_TIME,
				 pw->last_change)) ||
	      etrunk_history_fill(skb, ETRUNK_A_PW_HISTORY, &pw->history) ||
	      fill_lsp(skb, rcu_dereference_protected(pw->lsp,
					lockdep_is_held(&pw->lock)));
	spin_unlock_bh(&pw->lock);
	if (err)
		return -EMSGSIZE;

	return 0;
}

static int fill_liveness(struct sk_buff *skb, const struct etrunk_pw *pw)
{
	struct etrunk_bfd *vccv = rtnl_dereference(pw->vccv);
	struct etrunk_bfd *bfd = vccv ?: pw->cfg.bfd;
	enum etrunk_pw_liveness liveness = ETRUNK_PW_LIVENESS_NONE;

	if (bfd)
		liveness = vccv ? ETRUNK_PW_LIVENESS_VCCV :
				  ETRUNK_PW_LIVENESS_IP_BFD;
	if (nla_put_u32(skb, ETRUNK_A_PW_LIVENESS, liveness))
		return -EMSGSIZE;
	if (bfd && nla_put_u32(skb, ETRUNK_A_PW_BFD_STATE,
			       etrunk_bfd_state(bfd)))
		return -EMSGSIZE;
	if (!vccv)
		return 0;
	return etrunk_bfd_fill_owned(skb, ETRUNK_A_PW_COUNTER,
				     ETRUNK_A_PW_DETECT_TIME_US, vccv);
}

static int fill_counters(struct sk_buff *skb, const struct etrunk_pw *pw)
{
	u64 rx_drop = 0, tx_drop = 0;
	struct etrunk_pw_sums sums;
	unsigned int i;

	etrunk_pw_sum(pw, &sums);
	for (i = 0; i < ETRUNK_PW_RX_DROPS; i++)
		rx_drop += sums.count[i];
	for (; i < ETRUNK_PW_DROPS; i++)
		tx_drop += sums.count[i];

	if (etrunk_nl_put_u64(skb, ETRUNK_A_PW_RX_PACKETS, sums.rx_packets) ||
	    etrunk_nl_put_u64(skb, ETRUNK_A_PW_RX_BYTES, sums.rx_bytes) ||
	    etrunk_nl_put_u64(skb, ETRUNK_A_PW_TX_PACKETS, sums.tx_packets) ||
	    etrunk_nl_put_u64(skb, ETRUNK_A_PW_TX_BYTES, sums.tx_bytes) ||
	    etrunk_nl_put_u64(skb, ETRUNK_A_PW_RX_DROP, rx_drop) ||
	    etrunk_nl_put_u64(skb, ETRUNK_A_PW_TX_DROP, tx_drop))
		return -EMSGSIZE;
	return etrunk_nl_put_counters(skb, ETRUNK_A_PW_COUNTER,
				      etrunk_pw_counters, ETRUNK_PW_COUNTS,
				      &sums);
}

static int fill_pw(struct sk_buff *skb, const void *obj)
{
	struct etrunk_pw *pw = (struct etrunk_pw *)obj;
	const struct etrunk_vpws *v = rtnl_dereference(pw->vpws);
	int err;

	err = fill_cfg(skb, pw);
	if (!err)
		err = fill_state(skb, pw);
	if (!err && v)
		err = nla_put_string(skb, ETRUNK_A_PW_VPWS, v->cfg.name);
	if (!err)
		err = fill_counters(skb, pw);
	if (!err)
		err = fill_liveness(skb, pw);
	return err ? -EMSGSIZE : 0;
}

int etrunk_nl_pw_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_pw *pw = get_pw(info);
	struct etrunk_bfd *vccv;

	if (IS_ERR(pw))
		return PTR_ERR(pw);
	etrunk_pw_reset(pw);
	vccv = rtnl_dereference(pw->vccv);
	if (vccv)
		etrunk_bfd_reset(vccv);
	return 0;
}

int etrunk_nl_pw_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_pw *pw = get_pw(info);

	if (IS_ERR(pw))
		return PTR_ERR(pw);
	return etrunk_nl_reply(info, ETRUNK_CMD_PW_GET, fill_pw, pw);
}

int etrunk_nl_pw_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct etrunk_net *en = etrunk_net(sock_net(skb->sk));
	struct etrunk_pw *pw;
	long i = 0;

	list_for_each_entry(pw, &en->pws, list) {
		if (i++ < cb->args[0])
			continue;
		if (etrunk_nl_dump_one(skb, cb, ETRUNK_CMD_PW_GET, fill_pw, pw))
			break;
		cb->args[0] = i;
	}
	return skb->len;
}
