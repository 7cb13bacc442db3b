// SPDX-License-Identifier: GPL-2.0
/* Netlink commands of E-Trunks. */
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/sock.h>

#include "netlink.h"
#include "trunk.h"

#define BOOL	NLA_POLICY_MAX(NLA_U32, 1)
#define READ_ONLY { .type = NLA_REJECT }

static struct netlink_range_validation revert_delay_range = {
	.max = 10800000,
};

static struct netlink_range_validation start_hold_range = {
	.max = 3600000,
};

static struct netlink_range_validation core_hold_down_range = {
	.max = 60000,
};

static struct netlink_range_validation core_hold_up_range = {
	.max = 3600000,
};

const struct nla_policy etrunk_nl_trunk_policy[ETRUNK_A_TRUNK_MAX + 1] = {
	[ETRUNK_A_TRUNK_UNSPEC] = READ_ONLY,
	[ETRUNK_A_TRUNK_ID] = NLA_POLICY_RANGE(NLA_U32, 1, ETRUNK_ID_MAX),
	[ETRUNK_A_TRUNK_PRIORITY] = NLA_POLICY_RANGE(NLA_U32, 1, 254),
	[ETRUNK_A_TRUNK_PEER_ADDRESS] = { .type = NLA_BINARY, .len = 16 },
	[ETRUNK_A_TRUNK_SOURCE_ADDRESS] = { .type = NLA_BINARY, .len = 16 },
	[ETRUNK_A_TRUNK_HELLO_MS] = NLA_POLICY_RANGE(NLA_U32, 500, 10000),
	[ETRUNK_A_TRUNK_MULTIPLIER] = NLA_POLICY_RANGE(NLA_U32, 3, 300),
	[ETRUNK_A_TRUNK_KEY_ID] = NLA_POLICY_MAX(NLA_U32, 255),
	[ETRUNK_A_TRUNK_KEY] = { .type = NLA_BINARY },
	[ETRUNK_A_TRUNK_SEND_KEY] = NLA_POLICY_MAX(NLA_U32, 255),
	[ETRUNK_A_TRUNK_DEL_KEY] = NLA_POLICY_MAX(NLA_U32, 255),
	[ETRUNK_A_TRUNK_KEY_IDS] = READ_ONLY,
	[ETRUNK_A_TRUNK_SHOW_KEYS] = { .type = NLA_FLAG },
	[ETRUNK_A_TRUNK_KEYS] = READ_ONLY,
	[ETRUNK_A_TRUNK_AUTH] = NLA_POLICY_RANGE(NLA_U32,
						 ETRUNK_AUTH_HMAC_SHA256,
						 ETRUNK_AUTH_NONE),
	[ETRUNK_A_TRUNK_REVERT_DELAY_MS] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &revert_delay_range),
	[ETRUNK_A_TRUNK_REVERT] = BOOL,
	[ETRUNK_A_TRUNK_START_HOLD_MS] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &start_hold_range),
	[ETRUNK_A_TRUNK_CORE_TRACKING] = BOOL,
	[ETRUNK_A_TRUNK_CORE_HOLD_DOWN_MS] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &core_hold_down_range),
	[ETRUNK_A_TRUNK_CORE_HOLD_UP_MS] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &core_hold_up_range),
	[ETRUNK_A_TRUNK_TRACK_BFD] = { .type = NLA_NUL_STRING,
				       .len = ETRUNK_NAME_LEN - 1 },
	[ETRUNK_A_TRUNK_DESCRIPTION] = { .type = NLA_NUL_STRING,
					 .len = ETRUNK_DESC_MAX },
	[ETRUNK_A_TRUNK_STATE] = READ_ONLY,
	[ETRUNK_A_TRUNK_REASON] = READ_ONLY,
	[ETRUNK_A_TRUNK_SYSTEM_ID] = READ_ONLY,
	[ETRUNK_A_TRUNK_PEER] = READ_ONLY,
	[ETRUNK_A_TRUNK_PEER_PRIORITY] = READ_ONLY,
	[ETRUNK_A_TRUNK_PEER_SYSTEM_ID] = READ_ONLY,
	[ETRUNK_A_TRUNK_PEER_STATE] = READ_ONLY,
	[ETRUNK_A_TRUNK_PEER_FAIL_TIME_MS] = READ_ONLY,
	[ETRUNK_A_TRUNK_LAST_HELLO_AGE_MS] = READ_ONLY,
	[ETRUNK_A_TRUNK_BFD_STATE] = READ_ONLY,
	[ETRUNK_A_TRUNK_RX] = READ_ONLY,
	[ETRUNK_A_TRUNK_TX] = READ_ONLY,
	[ETRUNK_A_TRUNK_RX_DROP] = READ_ONLY,
	[ETRUNK_A_TRUNK_TX_DROP] = READ_ONLY,
	[ETRUNK_A_TRUNK_COUNTER] = READ_ONLY,
	[ETRUNK_A_TRUNK_FAULT] = READ_ONLY,
	[ETRUNK_A_TRUNK_LAST_CHANGE_TIME] = READ_ONLY,
	[ETRUNK_A_TRUNK_MEMBER] = READ_ONLY,
	[ETRUNK_A_TRUNK_HISTORY] = READ_ONLY,
	[ETRUNK_A_TRUNK_SWITCHOVER] = READ_ONLY,
	[ETRUNK_A_TRUNK_PEER_SWITCHOVER] = READ_ONLY,
	[ETRUNK_A_TRUNK_BACK] = { .type = NLA_FLAG },
	[ETRUNK_A_TRUNK_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[ETRUNK_A_TRUNK_VRF_DEV] = { .type = NLA_NUL_STRING,
				     .len = IFNAMSIZ - 1 },
	[ETRUNK_A_TRUNK_BACKUP_PEER_ADDRESS] = { .type = NLA_BINARY,
						 .len = 16 },
	[ETRUNK_A_TRUNK_BACKUP_SOURCE_ADDRESS] = { .type = NLA_BINARY,
						   .len = 16 },
	[ETRUNK_A_TRUNK_SPLIT_POLICY] = NLA_POLICY_RANGE(NLA_U32,
							 ETRUNK_SPLIT_STANDBY,
							 ETRUNK_SPLIT_MASTER),
	[ETRUNK_A_TRUNK_PRIMARY_UP] = READ_ONLY,
	[ETRUNK_A_TRUNK_PRIMARY_SINCE] = READ_ONLY,
	[ETRUNK_A_TRUNK_PRIMARY_AGE_MS] = READ_ONLY,
	[ETRUNK_A_TRUNK_BACKUP_UP] = READ_ONLY,
	[ETRUNK_A_TRUNK_BACKUP_SINCE] = READ_ONLY,
	[ETRUNK_A_TRUNK_BACKUP_AGE_MS] = READ_ONLY,
	[ETRUNK_A_TRUNK_PEER_HELLO_MS] = READ_ONLY,
	[ETRUNK_A_TRUNK_PEER_MULTIPLIER] = READ_ONLY,
	[ETRUNK_A_TRUNK_PEER_REVERT_DELAY_MS] = READ_ONLY,
	[ETRUNK_A_TRUNK_PEER_REVERT] = READ_ONLY,
	[ETRUNK_A_TRUNK_PEER_VERSION] = READ_ONLY,
	[ETRUNK_A_TRUNK_REPLAY_PROTECTION] = BOOL,
	[ETRUNK_A_TRUNK_PAD] = READ_ONLY,
	[ETRUNK_A_TRUNK_SELECT] = NLA_POLICY_MAX(NLA_U32,
						 ETRUNK_SELECT_BANDWIDTH),
};

static const struct etrunk_counter_desc counter_desc[TRUNK_COUNTERS] = {
#define DESC(c, text) \
	[(c)] = { .name = text, .offset = (c) * sizeof(u64) }
	DESC(TRUNK_DROP_LENGTH, "rx_drop_length"),
	DESC(TRUNK_DROP_PEER_ADDRESS, "rx_drop_peer_address"),
	DESC(TRUNK_DROP_NO_KEY, "rx_drop_no_key"),
	DESC(TRUNK_DROP_AUTH, "rx_drop_auth"),
	DESC(TRUNK_DROP_KEY_ID, "rx_drop_key_id"),
	DESC(TRUNK_DROP_DIGEST, "rx_drop_digest"),
	DESC(TRUNK_DROP_PRIORITY, "rx_drop_priority"),
	DESC(TRUNK_DROP_STATE, "rx_drop_state"),
	DESC(TRUNK_DROP_REASON, "rx_drop_reason"),
	DESC(TRUNK_DROP_FAIL_TIME, "rx_drop_fail_time"),
	DESC(TRUNK_DROP_SYSTEM_ID, "rx_drop_system_id"),
	DESC(TRUNK_DROP_SESSION, "rx_drop_session"),
	DESC(TRUNK_DROP_TLV, "rx_drop_tlv"),
	DESC(TRUNK_DROP_REFLECTED, "rx_drop_reflected"),
	DESC(TRUNK_DROP_SEQUENCE, "rx_drop_sequence"),
	DESC(TRUNK_DROP_UNCONFIRMED, "rx_drop_unconfirmed"),
	DESC(TRUNK_DROP_VRF, "rx_drop_vrf"),
	DESC(TRUNK_DROP_TX_ROUTE, "tx_drop_route"),
	DESC(TRUNK_DROP_TX_MEMORY, "tx_drop_memory"),
	DESC(TRUNK_RX_PRIMARY, "rx_primary"),
	DESC(TRUNK_RX_BACKUP, "rx_backup"),
	DESC(TRUNK_COPIES_PRIMARY, "copies_primary"),
	DESC(TRUNK_COPIES_BACKUP, "copies_backup"),
	DESC(TRUNK_RX_UNPROVED, "rx_unproved"),
#undef DESC
};

/* ---------------------------------------------------------------- validate */

static int get_address(struct nlattr *attr, struct etrunk_addr *addr,
		       struct netlink_ext_ack *extack)
{
	int err = etrunk_nl_get_addr(attr, addr, extack);

	if (!err && addr->family == AF_INET6 &&
	    ipv6_addr_type(&addr->v6) & (IPV6_ADDR_LINKLOCAL |
					 IPV6_ADDR_MAPPED)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a link-local or mapped address is not supported");
		return -EINVAL;
	}
	return err;
}

/* @prefix: of the keys' names */
static int parse_addresses(struct trunk_path_cfg *path, struct nlattr *peer,
			   struct nlattr *source, const char *prefix,
			   struct netlink_ext_ack *extack)
{
	struct nlattr *last = source ?: peer;
	int err;

	if (peer) {
		err = get_address(peer, &path->peer, extack);
		if (err)
			return err;
	}
	if (source) {
		err = get_address(source, &path->source, extack);
		if (err)
			return err;
	}
	if (last && path->peer.family != path->source.family) {
		etrunk_nl_err(extack, last,
			      "%speer-address and %ssource-address are of different families",
			      prefix, prefix);
		return -EINVAL;
	}
	if (last && etrunk_addr_equal(&path->peer, &path->source)) {
		etrunk_nl_err(extack, last,
			      "%speer-address and %ssource-address are equal",
			      prefix, prefix);
		return -EINVAL;
	}
	return 0;
}

/* both or none; none is an address of no length */
static int parse_backup(struct etrunk_trunk_cfg *cfg, struct nlattr **a,
			struct netlink_ext_ack *extack)
{
	struct nlattr *peer = a[ETRUNK_A_TRUNK_BACKUP_PEER_ADDRESS];
	struct nlattr *source = a[ETRUNK_A_TRUNK_BACKUP_SOURCE_ADDRESS];
	const struct trunk_path_cfg *primary = &cfg->path[TRUNK_PRIMARY];
	struct trunk_path_cfg *path = &cfg->path[TRUNK_BACKUP];
	struct nlattr *last = source ?: peer;
	bool has_peer, has_source;
	int err;

	if (!last)
		return 0;
	has_peer = peer ? nla_len(peer) : path->peer.family;
	has_source = source ? nla_len(source) : path->source.family;
	if (has_peer != has_source) {
		NL_SET_ERR_MSG_ATTR(extack, last,
				    "backup-peer-address and backup-source-address go together");
		return -EINVAL;
	}
	if (!has_peer) {
		memset(path, 0, sizeof(*path));
		return 0;
	}
	err = parse_addresses(path, peer, source, "backup-", extack);
	if (err)
		return err;
	path->vrf = primary->vrf;
	memcpy(path->vrfname, primary->vrfname, sizeof(path->vrfname));
	return 0;
}

static int refuse_same_path(const struct etrunk_trunk_cfg *cfg,
			    struct nlattr **a, struct netlink_ext_ack *extack)
{
	const struct trunk_path_cfg *primary = &cfg->path[TRUNK_PRIMARY];
	const struct trunk_path_cfg *backup = &cfg->path[TRUNK_BACKUP];

	if (!etrunk_addr_equal(&backup->peer, &primary->peer) ||
	    !etrunk_addr_equal(&backup->source, &primary->source))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, a[ETRUNK_A_TRUNK_BACKUP_PEER_ADDRESS] ?:
			    a[ETRUNK_A_TRUNK_PEER_ADDRESS] ?:
			    a[ETRUNK_A_TRUNK_SOURCE_ADDRESS],
			    "the backup path has the addresses of the primary one");
	return -EINVAL;
}

/* The VRF of a new E-Trunk; later it is the same whatever happens to it. */
static int parse_vrf(struct etrunk_net *en, struct trunk_path_cfg *path,
		     struct nlattr **a, struct netlink_ext_ack *extack)
{
	struct nlattr *attr = a[ETRUNK_A_TRUNK_VRF_DEV] ?:
			      a[ETRUNK_A_TRUNK_VRF];
	struct net_device *dev;
	int err;

	err = etrunk_nl_get_dev(en->net, a[ETRUNK_A_TRUNK_VRF_DEV],
				a[ETRUNK_A_TRUNK_VRF], &path->vrf, extack);
	if (err || !attr)
		return err;
	dev = __dev_get_by_index(en->net, path->vrf);
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "no such device");
		return -ENODEV;
	}
	if (!netif_is_l3_master(dev)) {
		etrunk_nl_err(extack, attr, "device %s is not a vrf",
			      dev->name);
		return -EINVAL;
	}
	strscpy_pad(path->vrfname, dev->name, sizeof(path->vrfname));
	return 0;
}

/* Saying again what is so already is no change. */
static int refuse_vrf(const struct trunk_path_cfg *path, struct nlattr **a,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *index = a[ETRUNK_A_TRUNK_VRF];
	struct nlattr *name = a[ETRUNK_A_TRUNK_VRF_DEV];

	if (index && nla_get_u32(index) == path->vrf)
		index = NULL;
	if (name && *path->vrfname && !nla_strcmp(name, path->vrfname))
		name = NULL;
	if (!index && !name)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, name ?: index,
			    "the vrf of an e-trunk is fixed");
	return -EINVAL;
}

static void parse_u32(u32 *to, const struct nlattr *attr)
{
	if (attr)
		*to = nla_get_u32(attr);
}

static void parse_bool(bool *to, const struct nlattr *attr)
{
	if (attr)
		*to = nla_get_u32(attr);
}

static int parse_cfg(struct etrunk_trunk_cfg *cfg, struct nlattr **a,
		     struct netlink_ext_ack *extack)
{
	u32 priority = cfg->priority;
	int err;

	parse_u32(&priority, a[ETRUNK_A_TRUNK_PRIORITY]);
	cfg->priority = priority;
	parse_u32(&cfg->hello_ms, a[ETRUNK_A_TRUNK_HELLO_MS]);
	parse_u32(&cfg->multiplier, a[ETRUNK_A_TRUNK_MULTIPLIER]);
	parse_u32(&cfg->revert_delay_ms, a[ETRUNK_A_TRUNK_REVERT_DELAY_MS]);
	parse_bool(&cfg->revert, a[ETRUNK_A_TRUNK_REVERT]);
	parse_u32(&cfg->start_hold_ms, a[ETRUNK_A_TRUNK_START_HOLD_MS]);
	parse_bool(&cfg->core_tracking, a[ETRUNK_A_TRUNK_CORE_TRACKING]);
	parse_u32(&cfg->core_hold_down_ms,
		  a[ETRUNK_A_TRUNK_CORE_HOLD_DOWN_MS]);
	parse_u32(&cfg->core_hold_up_ms, a[ETRUNK_A_TRUNK_CORE_HOLD_UP_MS]);
	parse_bool(&cfg->replay_protection,
		   a[ETRUNK_A_TRUNK_REPLAY_PROTECTION]);
	if (a[ETRUNK_A_TRUNK_SELECT])
		cfg->select = nla_get_u32(a[ETRUNK_A_TRUNK_SELECT]);
	if (a[ETRUNK_A_TRUNK_DESCRIPTION]) {
		memset(cfg->description, 0, sizeof(cfg->description));
		nla_strscpy(cfg->description, a[ETRUNK_A_TRUNK_DESCRIPTION],
			    sizeof(cfg->description));
	}
	if (a[ETRUNK_A_TRUNK_SPLIT_POLICY])
		cfg->split_policy = nla_get_u32(a[ETRUNK_A_TRUNK_SPLIT_POLICY]);
	err = parse_addresses(&cfg->path[TRUNK_PRIMARY],
			      a[ETRUNK_A_TRUNK_PEER_ADDRESS],
			      a[ETRUNK_A_TRUNK_SOURCE_ADDRESS], "", extack);
	if (!err)
		err = parse_backup(cfg, a, extack);
	return err ?: refuse_same_path(cfg, a, extack);
}

/* would the change make no difference? */
static bool same_keys(const struct trunk_keyring *ring,
		      const struct trunk_key_change *c)
{
	unsigned int i;

	if ((c->auth && c->auth != ring->auth) || c->del >= 0 ||
	    (c->send >= 0 && c->send != ring->send))
		return false;
	if (!c->bytes)
		return true;
	for (i = 0; i < ring->n; i++)
		if (ring->key[i].id == c->id)
			return ring->key[i].len == c->len &&
			       !memcmp(ring->key[i].bytes, c->bytes, c->len);
	return false;
}

/* last of all: from here on the plan has to be undone */
static int parse_keys(struct etrunk_trunk_plan *plan, struct nlattr **a,
		      struct netlink_ext_ack *extack)
{
	struct trunk_key_change c = { .id = 1, .del = -1, .send = -1 };
	const struct trunk_keyring *old = plan->keys;
	struct trunk_keyring *ring;

	if (a[ETRUNK_A_TRUNK_KEY]) {
		int len = nla_len(a[ETRUNK_A_TRUNK_KEY]);

		if (!len || len > ETRUNK_KEY_MAX) {
			etrunk_nl_err(extack, a[ETRUNK_A_TRUNK_KEY],
				      "the key %s",
				      len ? "is longer than 255 bytes" :
					    "is empty");
			return -EINVAL;
		}
		c.bytes = nla_data(a[ETRUNK_A_TRUNK_KEY]);
		c.len = len;
	}
	if (a[ETRUNK_A_TRUNK_KEY_ID]) {
		if (!c.bytes) {
			NL_SET_ERR_MSG_ATTR(extack, a[ETRUNK_A_TRUNK_KEY_ID],
					    "there is no key for this key-id");
			return -EINVAL;
		}
		c.id = nla_get_u32(a[ETRUNK_A_TRUNK_KEY_ID]);
	}
	if (a[ETRUNK_A_TRUNK_AUTH])
		c.auth = nla_get_u32(a[ETRUNK_A_TRUNK_AUTH]);
	if (a[ETRUNK_A_TRUNK_SEND_KEY])
		c.send = nla_get_u32(a[ETRUNK_A_TRUNK_SEND_KEY]);
	if (a[ETRUNK_A_TRUNK_DEL_KEY]) {
		c.del = nla_get_u32(a[ETRUNK_A_TRUNK_DEL_KEY]);
		if (c.bytes && c.id == c.del) {
			NL_SET_ERR_MSG_ATTR(extack, a[ETRUNK_A_TRUNK_DEL_KEY],
					    "the same key is set and deleted");
			return -EINVAL;
		}
	}
	if (old && same_keys(old, &c))
		return 0;
	ring = trunk_keyring_change(old, &c, a, extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	plan->keys = ring;
	plan->rekey = true;
	return 0;
}

static int refuse_address(const struct etrunk_bfd *bfd, const char *what,
			  const struct etrunk_addr *theirs,
			  const struct etrunk_addr *ours, struct nlattr *attr,
			  struct netlink_ext_ack *extack)
{
	if (etrunk_addr_equal(theirs, ours))
		return 0;
	if (ours->family == AF_INET6)
		etrunk_nl_err(extack, attr,
			      "track-bfd \"%s\" has %s %pI6c, the e-trunk has %pI6c",
			      etrunk_bfd_name(bfd), what, &theirs->v6,
			      &ours->v6);
	else
		etrunk_nl_err(extack, attr,
			      "track-bfd \"%s\" has %s %pI4, the e-trunk has %pI4",
			      etrunk_bfd_name(bfd), what, &theirs->v4,
			      &ours->v4);
	return -EINVAL;
}

static const char *family_name(const struct etrunk_addr *addr)
{
	return addr->family == AF_INET6 ? "ipv6" : "ipv4";
}

/* in another VRF the same addresses mean others */
static int refuse_session(const struct etrunk_bfd *bfd,
			  const struct etrunk_trunk_cfg *cfg,
			  struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const struct trunk_path_cfg *path = &cfg->path[TRUNK_PRIMARY];
	const struct etrunk_addr *peer = etrunk_bfd_peer(bfd);
	const char *vrf = etrunk_bfd_vrf(bfd);
	int err;

	if (peer->family != path->peer.family) {
		etrunk_nl_err(extack, attr,
			      "track-bfd \"%s\" is %s, the e-trunk is %s",
			      etrunk_bfd_name(bfd), family_name(peer),
			      family_name(&path->peer));
		return -EINVAL;
	}
	if (strcmp(vrf ?: "", path->vrfname)) {
		etrunk_nl_err(extack, attr,
			      "track-bfd \"%s\" is in %s%s, the e-trunk in %s",
			      etrunk_bfd_name(bfd), vrf ? "vrf " : "no vrf",
			      vrf ?: "",
			      *path->vrfname ? path->vrfname : "none");
		return -EINVAL;
	}
	err = refuse_address(bfd, "peer", peer, &path->peer, attr, extack);
	if (err)
		return err;
	return refuse_address(bfd, "source", etrunk_bfd_source(bfd),
			      &path->source, attr, extack);
}

static int parse_track(struct etrunk_net *en, struct etrunk_trunk_plan *plan,
		       struct nlattr **a, struct netlink_ext_ack *extack)
{
	struct nlattr *attr = a[ETRUNK_A_TRUNK_TRACK_BFD];
	const struct etrunk_bfd *old = plan->bfd;
	const char *name;

	if (!attr)
		return 0;
	name = nla_data(attr);
	plan->bfd = NULL;
	if (!*name)
		return 0;

	plan->bfd = etrunk_bfd_find(en, name);
	if (!plan->bfd) {
		etrunk_nl_err(extack, attr,
			      "track-bfd \"%s\" does not exist", name);
		return -ENOENT;
	}
	if (old && old != plan->bfd) {
		etrunk_nl_err(extack, attr,
			      "track-bfd \"%s\" would be a second session, \"%s\" is tracked",
			      name, etrunk_bfd_name(old));
		return -EBUSY;
	}
	return refuse_session(plan->bfd, &plan->cfg, attr, extack);
}

/* addresses of an E-Trunk that tracks a session are the session's */
static int refuse_moving(const struct etrunk_trunk_plan *old,
			 const struct etrunk_trunk_plan *new,
			 struct nlattr **a, struct netlink_ext_ack *extack)
{
	const struct trunk_path_cfg *from = &old->cfg.path[TRUNK_PRIMARY];
	const struct trunk_path_cfg *to = &new->cfg.path[TRUNK_PRIMARY];
	struct nlattr *attr = NULL;

	if (!old->bfd || !new->bfd)
		return 0;
	if (!etrunk_addr_equal(&from->source, &to->source))
		attr = a[ETRUNK_A_TRUNK_SOURCE_ADDRESS];
	if (!etrunk_addr_equal(&from->peer, &to->peer))
		attr = a[ETRUNK_A_TRUNK_PEER_ADDRESS];
	if (!attr)
		return 0;
	etrunk_nl_err(extack, attr, "cannot change while bfd \"%s\" is tracked",
		      etrunk_bfd_name(old->bfd));
	return -EBUSY;
}

/* Weak algorithms are allowed, or nobody wants one. */
static int check(void *obj, struct nlattr **a, struct netlink_ext_ack *extack)
{
	const struct etrunk_trunk *t = obj;
	struct etrunk_identity id;

	etrunk_identity_get(t->en, &id);
	if (id.weak_algorithms ||
	    etrunk_trunk_wanted_keys(t)->auth != ETRUNK_AUTH_HMAC_SHA1)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, a[ETRUNK_A_TRUNK_AUTH],
			    "hmac-sha1 is weak and weak-algorithms is off");
	return -EINVAL;
}

static struct etrunk_trunk *get_trunk(struct genl_info *info, int *err)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct nlattr *id = info->attrs[ETRUNK_A_TRUNK_ID];
	struct etrunk_trunk *t;

	if (GENL_REQ_ATTR_CHECK(info, ETRUNK_A_TRUNK_ID)) {
		*err = -EINVAL;
		return NULL;
	}
	t = etrunk_trunk_find(en, nla_get_u32(id));
	if (!t) {
		NL_SET_ERR_MSG_ATTR(info->extack, id, "does not exist");
		*err = -ENOENT;
	}
	return t;
}

/* ---------------------------------------------------------------- commands */

static void undo(void *obj, void *data)
{
	struct etrunk_trunk_plan *plan = data;

	trunk_paths_put(plan->sock);
	if (plan->rekey)
		trunk_keyring_free(plan->keys);
}

static void start(void *obj, void *plan)
{
	etrunk_trunk_start(obj);
}

static void discard(void *obj, void *plan)
{
	etrunk_trunk_discard(obj);
}

static const struct etrunk_batch_ops new_ops = {
	.check = check,
	.commit = start,
	.undo = discard,
};

int etrunk_nl_trunk_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_net *en = etrunk_net(genl_info_net(info));
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr **a = info->attrs;
	struct etrunk_trunk *t;
	struct etrunk_trunk_plan plan = {
		.cfg = {
			.priority = 100,
			.hello_ms = 1000,
			.multiplier = 20,
			.revert = true,
			.core_tracking = true,
			.replay_protection = true,
			.revert_delay_ms = 120000,
			.start_hold_ms = 30000,
			.core_hold_down_ms = 100,
			.core_hold_up_ms = 5000,
			.split_policy = ETRUNK_SPLIT_STANDBY,
		},
	};
	int err;

	if (GENL_REQ_ATTR_CHECK(info, ETRUNK_A_TRUNK_ID) ||
	    GENL_REQ_ATTR_CHECK(info, ETRUNK_A_TRUNK_PEER_ADDRESS) ||
	    GENL_REQ_ATTR_CHECK(info, ETRUNK_A_TRUNK_SOURCE_ADDRESS))
		return -EINVAL;
	plan.cfg.id = nla_get_u32(a[ETRUNK_A_TRUNK_ID]);
	if (etrunk_trunk_find(en, plan.cfg.id)) {
		NL_SET_ERR_MSG_ATTR(extack, a[ETRUNK_A_TRUNK_ID],
				    "exists already");
		return -EEXIST;
	}
	if (a[ETRUNK_A_TRUNK_DEL_KEY]) {
		NL_SET_ERR_MSG_ATTR(extack, a[ETRUNK_A_TRUNK_DEL_KEY],
				    "a new e-trunk has no key to delete");
		return -EINVAL;
	}
	/* the backup path is in the same */
	err = parse_vrf(en, &plan.cfg.path[TRUNK_PRIMARY], a, extack);
	if (!err)
		err = parse_cfg(&plan.cfg, a, extack);
	if (!err)
		err = parse_track(en, &plan, a, extack);
	if (!err)
		err = parse_keys(&plan, a, extack);
	if (err)
		return err;

	err = trunk_paths_plan(en, NULL, &plan, extack);
	if (!err) {
		t = etrunk_trunk_create(en, &plan);
		err = PTR_ERR_OR_ZERO(t);
	}
	if (err) {
		undo(NULL, &plan);
		return err;
	}
	if (plan.bfd)
		etrunk_trunk_track(t, plan.bfd);
	return etrunk_batch_new(info, &new_ops, t);
}

static void commit(void *obj, void *data)
{
	struct etrunk_trunk_plan *plan = data;
	struct etrunk_trunk *t = obj;

	if (!plan->bfd)
		etrunk_trunk_track(t, NULL);
	etrunk_trunk_set(t, plan);
	trunk_paths_take(t, plan->sock);
	etrunk_trunk_track(t, plan->bfd);
}

static const struct etrunk_batch_ops set_ops = {
	.check = check,
	.commit = commit,
	.undo = undo,
};

int etrunk_nl_trunk_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct netlink_ext_ack *extack = info->extack;
	struct etrunk_trunk_plan old, plan;
	struct nlattr **a = info->attrs;
	struct etrunk_trunk *t;
	int err = 0;

	t = get_trunk(info, &err);
	if (!t)
		return err;
	etrunk_trunk_wanted(t, &old);
	plan = old;
	err = refuse_vrf(&plan.cfg.path[TRUNK_PRIMARY], a, extack);
	if (!err)
		err = parse_cfg(&plan.cfg, a, extack);
	if (!err)
		err = parse_track(t->en, &plan, a, extack);
	if (!err)
		err = refuse_moving(&old, &plan, a, extack);
	if (!err)
		err = parse_keys(&plan, a, extack);
	if (err)
		return err;
	err = trunk_paths_plan(t->en, t, &plan, extack);
	if (err) {
		undo(t, &plan);
		return err;
	}
	return etrunk_batch_set(info, &set_ops, t, &plan, sizeof(plan));
}

int etrunk_nl_trunk_switchover_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *id = info->attrs[ETRUNK_A_TRUNK_ID];
	struct etrunk_trunk *t;
	int err = 0;

	t = get_trunk(info, &err);
	if (!t)
		return err;
	err = etrunk_trunk_switchover(t, info->attrs[ETRUNK_A_TRUNK_BACK],
				      info->extack);
	if (err && info->extack)
		info->extack->bad_attr = id;
	return err;
}

int etrunk_nl_trunk_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct etrunk_member *m;
	struct etrunk_trunk *t;
	int err = 0;

	t = get_trunk(info, &err);
	if (!t)
		return err;
	m = list_first_entry_or_null(&t->members, struct etrunk_member, node);
	if (m) {
		etrunk_nl_err(info->extack, info->attrs[ETRUNK_A_TRUNK_ID],
			      "in use by %s", m->name);
		return -EBUSY;
	}
	etrunk_trunk_destroy(t);
	return 0;
}

/* -------------------------------------------------------------------- show */

static int fill_keys(struct sk_buff *skb, const struct trunk_keyring *ring,
		     bool secrets)
{
	unsigned int i;

	if (nla_put_u32(skb, ETRUNK_A_TRUNK_AUTH, ring->auth) ||
	    (ring->n && nla_put_u32(skb, ETRUNK_A_TRUNK_SEND_KEY, ring->send)))
		return -EMSGSIZE;
	for (i = 0; i < ring->n; i++)
		if (nla_put_u32(skb, ETRUNK_A_TRUNK_KEY_IDS, ring->key[i].id))
			return -EMSGSIZE;
	for (i = 0; secrets && i < ring->n; i++) {
		const struct trunk_key *key = &ring->key[i];
		struct nlattr *nest = nla_nest_start(skb, ETRUNK_A_TRUNK_KEYS);

		if (!nest ||
		    nla_put_u32(skb, ETRUNK_A_TRUNK_KEY_ID, key->id) ||
		    nla_put(skb, ETRUNK_A_TRUNK_KEY, key->len, key->bytes))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int fill_cfg(struct sk_buff *skb, const struct etrunk_trunk *t)
{
	const struct etrunk_bfd *bfd = rtnl_dereference(t->bfd);
	const struct etrunk_trunk_cfg *c = &t->cfg;
	const struct trunk_path_cfg *path = &c->path[TRUNK_PRIMARY];

	if (nla_put_u32(skb, ETRUNK_A_TRUNK_ID, c->id) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_PRIORITY, c->priority) ||
	    etrunk_nl_put_addr(skb, ETRUNK_A_TRUNK_PEER_ADDRESS,
			       &path->peer) ||
	    etrunk_nl_put_addr(skb, ETRUNK_A_TRUNK_SOURCE_ADDRESS,
			       &path->source) ||
	    (path->vrf && nla_put_u32(skb, ETRUNK_A_TRUNK_VRF, path->vrf)) ||
	    (path->vrf && nla_put_string(skb, ETRUNK_A_TRUNK_VRF_DEV,
					 path->vrfname)) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_HELLO_MS, c->hello_ms) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_MULTIPLIER, c->multiplier) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_REVERT_DELAY_MS,
			c->revert_delay_ms) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_REVERT, c->revert) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_START_HOLD_MS, c->start_hold_ms) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_CORE_TRACKING, c->core_tracking) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_CORE_HOLD_DOWN_MS,
			c->core_hold_down_ms) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_CORE_HOLD_UP_MS,
			c->core_hold_up_ms) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_SELECT, c->select) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_SPLIT_POLICY, c->split_policy) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_REPLAY_PROTECTION,
			c->replay_protection) ||
	    (*c->description &&
	     nla_put_string(skb, ETRUNK_A_TRUNK_DESCRIPTION, c->description)))
		return -EMSGSIZE;
	path = &c->path[TRUNK_BACKUP];
	if (path->peer.family &&
	    (etrunk_nl_put_addr(skb, ETRUNK_A_TRUNK_BACKUP_PEER_ADDRESS,
				&path->peer) ||
	     etrunk_nl_put_addr(skb, ETRUNK_A_TRUNK_BACKUP_SOURCE_ADDRESS,
				&path->source)))
		return -EMSGSIZE;
	if (bfd &&
	    (nla_put_string(skb, ETRUNK_A_TRUNK_TRACK_BFD,
			    etrunk_bfd_name(bfd)) ||
	     nla_put_u32(skb, ETRUNK_A_TRUNK_BFD_STATE,
			 etrunk_bfd_state(bfd))))
		return -EMSGSIZE;
	return 0;
}

static int fill_peer_settings(struct sk_buff *skb,
			      const struct trunk_pkt_settings *s)
{
	if (*s->version &&
	    nla_put_string(skb, ETRUNK_A_TRUNK_PEER_VERSION, s->version))
		return -EMSGSIZE;
	if (!s->has_timers)
		return 0;
	if (nla_put_u32(skb, ETRUNK_A_TRUNK_PEER_HELLO_MS, s->hello_ms) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_PEER_MULTIPLIER, s->multiplier) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_PEER_REVERT_DELAY_MS,
			s->revert_delay_ms) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_PEER_REVERT, s->revert))
		return -EMSGSIZE;
	return 0;
}

static int fill_peer(struct sk_buff *skb, const struct etrunk_trunk *t, u64 now)
{
	const struct trunk_fsm_peer *p = &t->fsm.peer;
	u64 age;

	if (nla_put_u32(skb, ETRUNK_A_TRUNK_PEER,
			trunk_fsm_peer(&t->fsm, now)))
		return -EMSGSIZE;
	if (!p->fresh)
		return 0;
	age = now > p->last_rx ? now - p->last_rx : 0;
	if (nla_put_u32(skb, ETRUNK_A_TRUNK_PEER_PRIORITY, p->hello.priority) ||
	    nla_put(skb, ETRUNK_A_TRUNK_PEER_SYSTEM_ID, ETH_ALEN,
		    p->hello.system_id) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_PEER_STATE, p->hello.state) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_PEER_FAIL_TIME_MS,
			p->hello.fail_time_ms) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_PEER_SWITCHOVER,
			p->hello.handed_over) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_LAST_HELLO_AGE_MS,
			div_u64(age, NSEC_PER_MSEC)))
		return -EMSGSIZE;
	return fill_peer_settings(skb, &t->peer_settings);
}

/*
 * @attr: of enum etrunk_attr_trunk, the first of three. The stamp is the same
 * in every answer, so it is not counted back from the time of this one.
 */
static int fill_path(struct sk_buff *skb, const struct trunk_fsm_path *path,
		     int attr, u64 now)
{
	u64 age = now > path->last_rx ? now - path->last_rx : 0;

	if (nla_put_u32(skb, attr, path->up) ||
	    nla_put_u64_64bit(skb, attr + 1,
			      ktime_to_ns(ktime_mono_to_real(path->since)),
			      ETRUNK_A_TRUNK_PAD) ||
	    (path->last_rx &&
	     nla_put_u32(skb, attr + 2, div_u64(age, NSEC_PER_MSEC))))
		return -EMSGSIZE;
	return 0;
}

static int fill_paths(struct sk_buff *skb, const struct etrunk_trunk *t,
		      u64 now)
{
	const struct trunk_fsm *f = &t->fsm;

	if (fill_path(skb, &f->path[TRUNK_PRIMARY], ETRUNK_A_TRUNK_PRIMARY_UP,
		      now))
		return -EMSGSIZE;
	if (!f->cfg.backup)
		return 0;
	return fill_path(skb, &f->path[TRUNK_BACKUP], ETRUNK_A_TRUNK_BACKUP_UP,
			 now);
}

/* under its lock */
static int fill_state(struct sk_buff *skb, const struct etrunk_trunk *t)
{
	u64 rx_drop = 0, tx_drop = 0;
	const struct etrunk_member *m;
	unsigned int i;

	for (i = 0; i < TRUNK_DROPS; i++) {
		if (i < TRUNK_RX_DROPS)
			rx_drop += t->counters[i];
		else
			tx_drop += t->counters[i];
	}
	if (nla_put_u32(skb, ETRUNK_A_TRUNK_STATE, t->fsm.state) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_SWITCHOVER, t->fsm.handed_over) ||
	    nla_put_u32(skb, ETRUNK_A_TRUNK_REASON, t->fsm.reason) ||
	    nla_put(skb, ETRUNK_A_TRUNK_SYSTEM_ID, ETH_ALEN,
		    t->fsm.cfg.system_id) ||
	    fill_peer(skb, t, ktime_get_ns()) ||
	    fill_paths(skb, t, ktime_get_ns()) ||
	    nla_put_u64_64bit(skb, ETRUNK_A_TRUNK_RX, t->rx,
			      ETRUNK_A_TRUNK_PAD) ||
	    nla_put_u64_64bit(skb, ETRUNK_A_TRUNK_TX, t->tx,
			      ETRUNK_A_TRUNK_PAD) ||
	    nla_put_u64_64bit(skb, ETRUNK_A_TRUNK_RX_DROP, rx_drop,
			      ETRUNK_A_TRUNK_PAD) ||
	    nla_put_u64_64bit(skb, ETRUNK_A_TRUNK_TX_DROP, tx_drop,
			      ETRUNK_A_TRUNK_PAD) ||
	    nla_put_u64_64bit(skb, ETRUNK_A_TRUNK_LAST_CHANGE_TIME,
			      t->last_change, ETRUNK_A_TRUNK_PAD) ||
	    etrunk_nl_put_counters(skb, ETRUNK_A_TRUNK_COUNTER, counter_desc,
				   TRUNK_COUNTERS, t->counters))
		return -EMSGSIZE;
	for (i = 0; i < TRUNK_FAULT_N; i++)
		if ((t->told_faults & BIT(i)) &&
		    nla_put_string(skb, ETRUNK_A_TRUNK_FAULT,
				   trunk_fault_name[i]))
			return -EMSGSIZE;
	list_for_each_entry(m, &t->members, node)
		if (nla_put_string(skb, ETRUNK_A_TRUNK_MEMBER, m->dev->name))
			return -EMSGSIZE;
	return etrunk_history_fill(skb, ETRUNK_A_TRUNK_HISTORY, &t->history);
}

static int fill_all(struct sk_buff *skb, const void *obj, bool secrets)
{
	struct etrunk_trunk *t = (struct etrunk_trunk *)obj;
	int err;

	if (fill_cfg(skb, t) ||
	    fill_keys(skb, rcu_dereference_rtnl(t->keys), secrets))
		return -EMSGSIZE;
	spin_lock_bh(&t->lock);
	err = fill_state(skb, t);
	spin_unlock_bh(&t->lock);
	return err;
}

static int fill(struct sk_buff *skb, const void *obj)
{
	return fill_all(skb, obj, false);
}

static int fill_secrets(struct sk_buff *skb, const void *obj)
{
	return fill_all(skb, obj, true);
}

int etrunk_nl_trunk_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct etrunk_trunk *t;
	int err = 0;

	t = get_trunk(info, &err);
	if (!t)
		return err;
	spin_lock_bh(&t->lock);
	memset(t->counters, 0, sizeof(t->counters));
	t->rx = 0;
	t->tx = 0;
	spin_unlock_bh(&t->lock);
	return 0;
}

int etrunk_nl_trunk_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	bool secrets = info->attrs[ETRUNK_A_TRUNK_SHOW_KEYS];
	struct etrunk_trunk *t;
	int err = 0;

	if (secrets && !netlink_capable(skb, CAP_NET_ADMIN))
		return -EPERM;
	t = get_trunk(info, &err);
	if (!t)
		return err;
	return etrunk_nl_reply(info, ETRUNK_CMD_TRUNK_GET,
			       secrets ? fill_secrets : fill, t);
}

int etrunk_nl_trunk_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	bool secrets = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
				       ETRUNK_A_TRUNK_SHOW_KEYS);
	struct etrunk_net *en = etrunk_net(sock_net(skb->sk));
	struct etrunk_trunk *t;
	long i = 0;

	if (secrets && !netlink_capable(cb->skb, CAP_NET_ADMIN))
		return -EPERM;
	list_for_each_entry(t, &en->trunks, node) {
		if (i++ < cb->args[0])
			continue;
		if (etrunk_nl_dump_one(skb, cb, ETRUNK_CMD_TRUNK_GET,
				       secrets ? fill_secrets : fill, t))
			break;
		cb->args[0] = i;
	}
	return skb->len;
}
