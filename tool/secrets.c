// SPDX-License-Identifier: GPL-2.0
/*
 * Keys of an object. In a dump that shows them, and in what apply wants, each
 * is a nest of its id and its bytes; without bytes it is a key that stays what
 * it is.
 */
#include <string.h>

#include <libmnl/libmnl.h>

#include "cmds.h"
#include "object.h"

/*
 * A key id without its key would say nothing; in a saved file it says that
 * the key stays what it is, which only apply can know.
 */
const char *secret_finish(struct inst *in, bool add)
{
	const struct secrets *s = in->obj->secrets;

	(void)add;
	if (inst_has(in, s->id) && !inst_has(in, s->key) && !in->keep_keys)
		return "missing key \"key-file\" (there is a key-id)";
	return NULL;
}

static void put_nest(uint8_t *nest, size_t *len, uint16_t attr,
		     const void *data, uint16_t n)
{
	struct nlattr *a = (void *)(nest + *len);

	a->nla_type = attr;
	a->nla_len = MNL_ATTR_HDRLEN + n;
	memcpy(mnl_attr_get_payload(a), data, n);
	*len += MNL_ALIGN(a->nla_len);
}

void secret_put(struct inst *in, uint32_t id, const struct item *key)
{
	uint8_t nest[3 * MNL_ATTR_HDRLEN + sizeof(id) + ETRUNK_KEY_MAX]
		__attribute__((aligned(8))) = { 0 };
	const struct secrets *s = in->obj->secrets;
	size_t len = 0;

	put_nest(nest, &len, s->id, &id, sizeof(id));
	if (key)
		put_nest(nest, &len, s->key, key->data, key->len);
	inst_put(in, s->nest, nest, len);
	explicit_bzero(nest, sizeof(nest));
}

/* The key of one line of a file joins the others of its object. */
void secret_fold(struct inst *in)
{
	const struct secrets *s = in->obj->secrets;
	uint32_t id = 1;

	if (!inst_has(in, s->id) && !inst_has(in, s->key))
		return;
	if (inst_has(in, s->id))
		id = inst_num(in, s->id);
	secret_put(in, id, inst_has(in, s->key) ? in->v[s->key].it : NULL);
	in->v[s->nest].line = in->line;
	inst_clear(in, s->id);
	inst_clear(in, s->key);
}

/* Takes a nest apart; @key points into it, its data is NULL without bytes. */
bool secret_get(const struct inst *in, const struct item *it, uint32_t *id,
		struct item *key)
{
	const struct secrets *s = in->obj->secrets;
	const struct nlattr *a;
	size_t off = 0;
	bool have = false;

	key->data = NULL;
	key->len = 0;
	while (off + MNL_ATTR_HDRLEN <= it->len) {
		a = (const void *)((const char *)it->data + off);
		if (a->nla_len < MNL_ATTR_HDRLEN || off + a->nla_len > it->len)
			break;
		if (mnl_attr_get_type(a) == s->id &&
		    mnl_attr_get_payload_len(a) == sizeof(*id)) {
			*id = mnl_attr_get_u32(a);
			have = true;
		} else if (mnl_attr_get_type(a) == s->key) {
			key->len = mnl_attr_get_payload_len(a);
			key->data = mnl_attr_get_payload(a);
		}
		off += MNL_ALIGN(a->nla_len);
	}
	return have;
}

/* The nest of key @id, NULL if there is none. */
const struct item *secret_find(const struct inst *in, uint32_t id)
{
	const struct val *v = &in->v[in->obj->secrets->nest];
	struct item key;
	unsigned int i;
	uint32_t n;

	for (i = 0; i < v->n; i++)
		if (secret_get(in, &v->it[i], &n, &key) && n == id)
			return &v->it[i];
	return NULL;
}
