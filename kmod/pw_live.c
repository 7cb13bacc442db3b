// SPDX-License-Identifier: GPL-2.0
/*
 * Liveness of PWs by a tracked BFD session: one word per session, shared by all
 * PWs to that PE and read on the data path. When the peer PE is lost the word
 * is stored first; that alone takes every service off those PWs. The PWs are
 * walked afterwards for status, selection and events.
 *
 * Who may still run when a word dies: notify(), until etrunk_bfd_untrack()
 * returns; the data path and evaluation, until synchronize_net().
 */
#include <linux/rculist.h>
#include <linux/slab.h>

#include "pw.h"

/* RFC 5880 4.1 diagnostic */
#define DIAG_NEIGHBOR_DOWN	3

/**
 * struct etrunk_live - liveness by one BFD session
 * @list: in etrunk_pw_net.lives
 * @bfd: the session
 * @client: our place at it
 * @users: PWs, under RTNL
 * @pws: struct etrunk_pw, RCU
 * @ok: the word: Up, or administratively without BFD
 * @rx_defect: we hear nothing
 * @tx_defect: the peer says that it hears nothing
 * @rcu: for freeing
 */
struct etrunk_live {
	struct list_head list;
	struct etrunk_bfd *bfd;
	struct etrunk_bfd_client client;
	unsigned int users;
	struct list_head pws;
	bool ok;
	bool rx_defect;
	bool tx_defect;
	struct rcu_head rcu;
};

/**
 * etrunk_live_ok - is the PW alive as far as BFD knows
 * @live: the word, NULL if no session is tracked
 *
 * Return: true if so.
 */
bool etrunk_live_ok(const struct etrunk_live *live)
{
	return !live || READ_ONCE(live->ok);
}

/**
 * etrunk_live_defects - which direction is broken
 * @live: the word, NULL if no session is tracked
 * @rx: nothing comes in
 * @tx: nothing gets out
 */
void etrunk_live_defects(const struct etrunk_live *live, bool *rx, bool *tx)
{
	*rx = live && READ_ONCE(live->rx_defect);
	*tx = live && READ_ONCE(live->tx_defect);
}

/* AdminDown of either end means that there is no BFD, not that it failed. */
static void set_word(struct etrunk_live *live, enum etrunk_bfd_state state,
		     enum etrunk_bfd_state remote, u8 diag)
{
	bool ok = state == ETRUNK_BFD_UP || state == ETRUNK_BFD_ADMIN_DOWN ||
		  remote == ETRUNK_BFD_ADMIN_DOWN;
	bool tx = !ok && diag == DIAG_NEIGHBOR_DOWN;

	WRITE_ONCE(live->ok, ok);
	WRITE_ONCE(live->tx_defect, tx);
	WRITE_ONCE(live->rx_defect, !ok && !tx);
}

static void bfd_notify(struct etrunk_bfd_client *client,
		       const struct etrunk_bfd_change *change)
{
	struct etrunk_live *live = container_of(client, struct etrunk_live,
						client);
	struct etrunk_pw *pw;

	set_word(live, change->new, change->remote, change->diag);
	list_for_each_entry_rcu(pw, &live->pws, live_node)
		etrunk_pw_changed(pw, live->ok ? "BFD_UP" : "BFD_DOWN");
}

/*
 * The session as it is now. A notification may come in between and must not be
 * overwritten by what was read before it: look until nothing moved.
 */
static void read_state(struct etrunk_live *live)
{
	enum etrunk_bfd_state state, remote;

	do {
		state = etrunk_bfd_state(live->bfd);
		remote = etrunk_bfd_remote_state(live->bfd);
		set_word(live, state, remote, 0);
	} while (state != etrunk_bfd_state(live->bfd) ||
		 remote != etrunk_bfd_remote_state(live->bfd));
}

/* what "used_by" of the session says */
static void rename_client(struct etrunk_live *live)
{
	const struct etrunk_pw *first;
	char *name = live->client.name;

	first = list_first_entry_or_null(&live->pws, struct etrunk_pw,
					 live_node);
	if (!first)
		return;
	if (live->users == 1)
		snprintf(name, sizeof(live->client.name), "pw %s",
			 first->cfg.name);
	else
		snprintf(name, sizeof(live->client.name), "pw %s and %u more",
			 first->cfg.name, live->users - 1);
}

/**
 * etrunk_live_get - the liveness word of a session
 * @en: namespace
 * @bfd: the session
 * @name: of the PW that wants it
 * @live: result, to be put
 *
 * Under RTNL. Return: 0 or -ENOMEM.
 */
int etrunk_live_get(struct etrunk_net *en, struct etrunk_bfd *bfd,
		    const char *name, struct etrunk_live **live)
{
	struct etrunk_live *l;

	ASSERT_RTNL();
	list_for_each_entry(l, &en->pw->lives, list) {
		if (l->bfd == bfd) {
			l->users++;
			*live = l;
			return 0;
		}
	}

	l = kzalloc(sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	l->bfd = bfd;
	l->users = 1;
	INIT_LIST_HEAD(&l->pws);
	l->client.notify = bfd_notify;
	list_add(&l->list, &en->pw->lives);
	read_state(l);
	snprintf(l->client.name, sizeof(l->client.name), "pw %s", name);
	etrunk_bfd_track(bfd, &l->client);
	read_state(l);
	*live = l;
	return 0;
}

/**
 * etrunk_live_put - a user less
 * @live: the word; no PW of that user is attached any more
 *
 * Under RTNL.
 */
void etrunk_live_put(struct etrunk_live *live)
{
	ASSERT_RTNL();
	if (--live->users) {
		rename_client(live);
		return;
	}
	list_del(&live->list);
	etrunk_bfd_untrack(live->bfd, &live->client);
	kfree_rcu(live, rcu);
}

/**
 * etrunk_live_attach - let a PW follow a word
 * @live: the word
 * @pw: the PW
 *
 * Under RTNL; the caller evaluates the PW afterwards.
 */
void etrunk_live_attach(struct etrunk_live *live, struct etrunk_pw *pw)
{
	ASSERT_RTNL();
	rcu_assign_pointer(pw->live, live);
	list_add_tail_rcu(&pw->live_node, &live->pws);
	rename_client(live);
}

/**
 * etrunk_live_detach - let a PW follow no word
 * @pw: the PW
 *
 * Under RTNL. Returns when no walk of the word's PWs meets @pw any more.
 */
void etrunk_live_detach(struct etrunk_pw *pw)
{
	struct etrunk_live *live = rtnl_dereference(pw->live);

	if (!live)
		return;
	list_del_rcu(&pw->live_node);
	RCU_INIT_POINTER(pw->live, NULL);
	synchronize_net();
	etrunk_live_put(live);
}
