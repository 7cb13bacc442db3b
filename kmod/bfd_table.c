// SPDX-License-Identifier: GPL-2.0
/*
 * Finding the session of a packet, whatever it came in: the tables of sessions
 * of a namespace, and the part of reception that ends with one of them.
 */
#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "bfd.h"
#include "trace.h"

#define BUCKETS	1024
#define SPORTS		(ETRUNK_BFD_SPORT_MAX - ETRUNK_BFD_SPORT_MIN + 1)

/**
 * struct etrunk_bfd_table - the sessions of a namespace
 * @seed: of the hashes
 * @by_discr: by local discriminator; RTNL to change, RCU to read
 * @by_key: by struct etrunk_bfd_key; the same
 * @sports: source ports in use, counted down from the highest; RTNL
 * @lock: protects @stats
 * @stats: of packets that belong to no session
 */
struct etrunk_bfd_table {
	u32 seed;
	struct hlist_head by_discr[BUCKETS];
	struct hlist_head by_key[BUCKETS];
	DECLARE_BITMAP(sports, SPORTS);
	spinlock_t lock;
	struct etrunk_bfd_stats stats;
};

/**
 * etrunk_bfd_table_init - a namespace gets a session
 * @en: namespace
 *
 * Under RTNL. Return: 0, also if it had one before, or -ENOMEM.
 */
int etrunk_bfd_table_init(struct etrunk_net *en)
{
	struct etrunk_bfd_table *table;

	ASSERT_RTNL();
	if (en->bfd_table)
		return 0;

	table = kvzalloc(sizeof(*table), GFP_KERNEL);
	if (!table)
		return -ENOMEM;

	spin_lock_init(&table->lock);
	table->seed = get_random_u32();
	/* whoever sees it in softirq sees its lock and seed, too */
	smp_store_release(&en->bfd_table, table);
	return 0;
}

/**
 * etrunk_bfd_table_exit - a namespace goes, its sessions are gone
 * @en: namespace
 */
void etrunk_bfd_table_exit(struct etrunk_net *en)
{
	kvfree(en->bfd_table);
	en->bfd_table = NULL;
}

static struct hlist_head *discr_bucket(struct etrunk_bfd_table *table,
				       u32 discr)
{
	return &table->by_discr[jhash_1word(discr, table->seed) &
				(BUCKETS - 1)];
}

static u32 addr_hash(const struct etrunk_addr *addr, u32 seed)
{
	if (addr->family == AF_INET6)
		return jhash(&addr->v6, sizeof(addr->v6), seed);

	return jhash_1word((__force u32)addr->v4, seed);
}

/* Encapsulations of one key are rare enough to share a chain. */
static struct hlist_head *key_bucket(struct etrunk_bfd_table *table,
				     const struct etrunk_bfd_key *key)
{
	u32 hash = jhash_3words(addr_hash(&key->peer, table->seed),
				addr_hash(&key->source, table->seed),
				key->scope, table->seed);

	return &table->by_key[hash & (BUCKETS - 1)];
}

/**
 * etrunk_bfd_by_discr - find a session by its local discriminator
 * @en: namespace
 * @discr: as on the wire
 *
 * Return: the session or NULL. Under RCU or RTNL.
 */
struct etrunk_bfd *etrunk_bfd_by_discr(const struct etrunk_net *en, u32 discr)
{
	struct etrunk_bfd_table *table = READ_ONCE(en->bfd_table);
	struct etrunk_bfd *bfd;

	if (!table)
		return NULL;

	hlist_for_each_entry_rcu(bfd, discr_bucket(table, discr), by_discr,
				 lockdep_rtnl_is_held()) {
		if (bfd->fsm.local_discr == discr)
			return bfd;
	}
	return NULL;
}

/**
 * etrunk_bfd_by_key - find a session by the way its packets come
 * @en: namespace
 * @key: of a packet or another session
 *
 * Return: the session or NULL. Under RCU or RTNL.
 */
struct etrunk_bfd *etrunk_bfd_by_key(const struct etrunk_net *en,
				     const struct etrunk_bfd_key *key)
{
	struct etrunk_bfd_table *table = READ_ONCE(en->bfd_table);
	struct etrunk_bfd *bfd;

	if (!table)
		return NULL;

	hlist_for_each_entry_rcu(bfd, key_bucket(table, key), by_key,
				 lockdep_rtnl_is_held()) {
		if (bfd->key.encap == key->encap &&
		    READ_ONCE(bfd->key.scope) == key->scope &&
		    etrunk_addr_equal(&bfd->key.peer, &key->peer) &&
		    etrunk_addr_equal(&bfd->key.source, &key->source))
			return bfd;
	}
	return NULL;
}

/**
 * etrunk_bfd_table_add - let packets find a session
 * @bfd: session
 */
void etrunk_bfd_table_add(struct etrunk_bfd *bfd)
{
	struct etrunk_bfd_table *table = bfd->en->bfd_table;

	ASSERT_RTNL();
	hlist_add_head_rcu(&bfd->by_discr,
			   discr_bucket(table, bfd->fsm.local_discr));
	hlist_add_head_rcu(&bfd->by_key, key_bucket(table, &bfd->key));
}

/**
 * etrunk_bfd_table_del - let no more packets find a session
 * @bfd: session; readers may see it until synchronize_net()
 */
void etrunk_bfd_table_del(struct etrunk_bfd *bfd)
{
	ASSERT_RTNL();
	hlist_del_init_rcu(&bfd->by_discr);
	hlist_del_init_rcu(&bfd->by_key);
}

/**
 * etrunk_bfd_table_move - a session's device came or went
 * @bfd: session
 * @scope: of its key from now on
 */
void etrunk_bfd_table_move(struct etrunk_bfd *bfd, int scope)
{
	ASSERT_RTNL();
	if (bfd->key.scope == scope)
		return;

	hlist_del_init_rcu(&bfd->by_key);
	/* a reader that stands on the node must not walk into another chain */
	synchronize_net();
	WRITE_ONCE(bfd->key.scope, scope);
	hlist_add_head_rcu(&bfd->by_key,
			   key_bucket(bfd->en->bfd_table, &bfd->key));
}

/**
 * etrunk_bfd_sport_get - a source port of its own for a session (RFC 5881 4)
 * @en: namespace
 *
 * Return: the highest free port, 0 if none is left.
 */
__be16 etrunk_bfd_sport_get(struct etrunk_net *en)
{
	unsigned long *sports = en->bfd_table->sports;
	unsigned long bit;

	ASSERT_RTNL();
	bit = find_first_zero_bit(sports, SPORTS);
	if (bit >= SPORTS)
		return 0;

	__set_bit(bit, sports);
	return htons(ETRUNK_BFD_SPORT_MAX - bit);
}

/**
 * etrunk_bfd_sport_put - give a source port back
 * @en: namespace
 * @sport: from etrunk_bfd_sport_get()
 */
void etrunk_bfd_sport_put(struct etrunk_net *en, __be16 sport)
{
	ASSERT_RTNL();
	__clear_bit(ETRUNK_BFD_SPORT_MAX - ntohs(sport), en->bfd_table->sports);
}

/**
 * etrunk_bfd_table_stats - counters of packets that belong to no session
 * @en: namespace
 * @stats: result
 */
void etrunk_bfd_table_stats(struct etrunk_net *en,
			    struct etrunk_bfd_stats *stats)
{
	struct etrunk_bfd_table *table = en->bfd_table;

	ASSERT_RTNL();
	memset(stats, 0, sizeof(*stats));
	if (!table)
		return;

	spin_lock_bh(&table->lock);
	*stats = table->stats;
	spin_unlock_bh(&table->lock);
}

/**
 * etrunk_bfd_table_reset - count packets of no session from zero again
 * @en: namespace
 */
void etrunk_bfd_table_reset(struct etrunk_net *en)
{
	struct etrunk_bfd_table *table = en->bfd_table;

	ASSERT_RTNL();
	if (!table)
		return;

	spin_lock_bh(&table->lock);
	memset(&table->stats, 0, sizeof(table->stats));
	spin_unlock_bh(&table->lock);
}

/* ------------------------------------------------------------------ receive */

/*
 * A packet that fails is counted with the session it claims by the way it came,
 * where an operator will look; else with the namespace.
 */
static void drop(struct etrunk_net *en, struct etrunk_bfd *bfd,
		 enum etrunk_bfd_drop why)
{
	struct etrunk_bfd_table *table = en->bfd_table;

	if (bfd) {
		etrunk_bfd_drop(bfd, why);
		return;
	}

	spin_lock(&table->lock);
	table->stats.drop[why]++;
	spin_unlock(&table->lock);
	trace_etrunk_bfd_rx(NULL, NULL, why);
}

/*
 * Steps 7 to 9 of RFC 5880 6.8.6 (5881 3, 5883 4.1), and whether the packet
 * came the session's way: Your Discriminator alone selects a session; the rest
 * then keeps others from speaking for the peer.
 */
static enum etrunk_bfd_drop find_session(const struct etrunk_bfd_meta *meta,
					 const struct etrunk_bfd_pkt *pkt,
					 struct etrunk_bfd **session)
{
	const struct etrunk_bfd_key *key = &meta->key;
	struct etrunk_bfd *bfd;

	/* the claimed one, for the counters, until a better one is found */
	*session = etrunk_bfd_by_key(meta->en, key);
	if (pkt->your_discr) {
		bfd = etrunk_bfd_by_discr(meta->en, pkt->your_discr);
		if (!bfd)
			return ETRUNK_BFD_DROP_NO_SESSION;
		*session = bfd;
		if (bfd->key.encap != key->encap)
			return ETRUNK_BFD_DROP_PORT;
		if (READ_ONCE(bfd->key.scope) != key->scope)
			return ETRUNK_BFD_DROP_INTERFACE;
		if (!etrunk_addr_equal(&bfd->key.peer, &key->peer) ||
		    !etrunk_addr_equal(&bfd->key.source, &key->source))
			return ETRUNK_BFD_DROP_ADDRESS;
	} else if (!*session) {
		return ETRUNK_BFD_DROP_NO_SESSION;
	}

	/* RFC 5881 5 (GTSM): cheap, hence before authentication */
	if (meta->ttl < READ_ONCE((*session)->min_ttl))
		return ETRUNK_BFD_DROP_TTL;

	return ETRUNK_BFD_DROP_NONE;
}

/**
 * etrunk_bfd_input - a control packet came
 * @meta: how
 * @buf: its first octets, at least ETRUNK_BFD_RX_MAX if it has them
 * @have: how many
 * @payload: how many it has; fewer than @have cannot be
 *
 * Softirq, under RCU.
 */
void etrunk_bfd_input(const struct etrunk_bfd_meta *meta, const u8 *buf,
		      unsigned int have, unsigned int payload)
{
	struct etrunk_bfd *bfd = NULL;
	struct etrunk_bfd_pkt pkt;
	enum etrunk_bfd_drop why;

	/* steps 1 to 6 and 8 */
	why = etrunk_bfd_pkt_parse(&pkt, buf, have, payload);
	if (why)
		bfd = etrunk_bfd_by_key(meta->en, &meta->key);
	else
		why = find_session(meta, &pkt, &bfd);

	if (why)
		drop(meta->en, bfd, why);
	else
		etrunk_bfd_rx(bfd, &pkt, buf, buf[3]);
}
