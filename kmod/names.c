// SPDX-License-Identifier: GPL-2.0
/* Names of states and reasons, as events, logs and histories show them. */
#include "bfd.h"
#include "etrunk.h"

static const char *name_of(const char *const names[], size_t n, u32 value)
{
	return value < n && names[value] ? names[value] : "unknown";
}

static const char *const bfd_states[] = {
	[ETRUNK_BFD_ADMIN_DOWN] = "admin-down",
	[ETRUNK_BFD_DOWN] = "down",
	[ETRUNK_BFD_INIT] = "init",
	[ETRUNK_BFD_UP] = "up",
};

static const char *const bfd_reasons[] = {
	[ETRUNK_BFD_REASON_NONE] = "NONE",
	[ETRUNK_BFD_REASON_HANDSHAKE] = "HANDSHAKE",
	[ETRUNK_BFD_REASON_DETECT] = "DETECTION_EXPIRED",
	[ETRUNK_BFD_REASON_NEIGHBOR_DOWN] = "NEIGHBOR_DOWN",
	[ETRUNK_BFD_REASON_NEIGHBOR_ADMIN] = "NEIGHBOR_ADMIN_DOWN",
	[ETRUNK_BFD_REASON_ADMIN_DOWN] = "ADMIN_DOWN",
	[ETRUNK_BFD_REASON_ADMIN_UP] = "ADMIN_UP",
	[ETRUNK_BFD_REASON_NEIGHBOR_ADMIN_UP] = "NEIGHBOR_ADMIN_UP",
	[ETRUNK_BFD_REASON_PLANE_RESET] = "PLANE_RESET",
	[ETRUNK_BFD_REASON_ECHO] = "ECHO_FAILED",
};

static const char *const trunk_states[] = {
	[ETRUNK_TRUNK_INIT] = "init",
	[ETRUNK_TRUNK_BACKUP] = "backup",
	[ETRUNK_TRUNK_MASTER] = "master",
};

static const char *const trunk_reasons[] = {
	[ETRUNK_REASON_PRI] = "PRI",
	[ETRUNK_REASON_TIMEOUT] = "TIMEOUT",
	[ETRUNK_REASON_BFD_DOWN] = "BFD_DOWN",
	[ETRUNK_REASON_PEER_TIMEOUT] = "PEER_TIMEOUT",
	[ETRUNK_REASON_PEER_BFD_DOWN] = "PEER_BFD_DOWN",
	[ETRUNK_REASON_ALL_MEMBER_DOWN] = "ALL_MEMBER_DOWN",
	[ETRUNK_REASON_INIT] = "INIT",
	[ETRUNK_REASON_PEER_NODE_DOWN] = "PEER_NODE_DOWN",
};

static const char *const member_states[] = {
	[ETRUNK_MEMBER_BACKUP] = "backup",
	[ETRUNK_MEMBER_MASTER] = "master",
	[ETRUNK_MEMBER_NEGOTIATION] = "negotiation",
};

static const char *const member_reasons[] = {
	[ETRUNK_MREASON_FORCE_BACKUP] = "FORCE_BACKUP",
	[ETRUNK_MREASON_FORCE_MASTER] = "FORCE_MASTER",
	[ETRUNK_MREASON_ETRUNK_INIT] = "ETRUNK_INIT",
	[ETRUNK_MREASON_ETRUNK_BACKUP] = "ETRUNK_BACKUP",
	[ETRUNK_MREASON_ETRUNK_MASTER] = "ETRUNK_MASTER",
	[ETRUNK_MREASON_PEER_MEMBER_DOWN] = "PEER_MEMBER_DOWN",
	[ETRUNK_MREASON_PEER_MEMBER_UP] = "PEER_MEMBER_UP",
	[ETRUNK_MREASON_LINK_DOWN] = "LINK_DOWN",
	[ETRUNK_MREASON_NO_PEER_MEMBER] = "NO_PEER_MEMBER",
	[ETRUNK_MREASON_CORE_DOWN] = "CORE_DOWN",
	[ETRUNK_MREASON_PEER_CORE_DOWN] = "PEER_CORE_DOWN",
	[ETRUNK_MREASON_START_HOLD] = "START_HOLD",
	[ETRUNK_MREASON_REVERT_WAIT] = "REVERT_WAIT",
	[ETRUNK_MREASON_PEER_BANDWIDTH_LARGE] = "PEER_BANDWIDTH_LARGE",
	[ETRUNK_MREASON_LOCAL_BANDWIDTH_LARGE] = "LOCAL_BANDWIDTH_LARGE",
};

/**
 * etrunk_bfd_state_name - name of a BFD state
 * @state: RFC 5880 4.1 Sta
 *
 * Return: a static string.
 */
const char *etrunk_bfd_state_name(enum etrunk_bfd_state state)
{
	return name_of(bfd_states, ARRAY_SIZE(bfd_states), state);
}

/**
 * etrunk_bfd_reason_name - name of why a BFD session changed
 * @reason: the reason
 *
 * Return: a static string.
 */
const char *etrunk_bfd_reason_name(enum etrunk_bfd_reason reason)
{
	return name_of(bfd_reasons, ARRAY_SIZE(bfd_reasons), reason);
}

/**
 * etrunk_trunk_state_name - name of an E-Trunk role
 * @state: the role
 *
 * Return: a static string.
 */
const char *etrunk_trunk_state_name(enum etrunk_trunk_state state)
{
	return name_of(trunk_states, ARRAY_SIZE(trunk_states), state);
}

/**
 * etrunk_trunk_reason_name - name of an E-Trunk reason
 * @reason: the reason
 *
 * Return: a static string.
 */
const char *etrunk_trunk_reason_name(enum etrunk_trunk_reason reason)
{
	return name_of(trunk_reasons, ARRAY_SIZE(trunk_reasons), reason);
}

/**
 * etrunk_member_state_name - name of a member state
 * @state: the state
 *
 * Return: a static string.
 */
const char *etrunk_member_state_name(enum etrunk_member_state state)
{
	return name_of(member_states, ARRAY_SIZE(member_states), state);
}

/**
 * etrunk_member_reason_name - name of a member reason
 * @reason: the reason
 *
 * Return: a static string.
 */
const char *etrunk_member_reason_name(enum etrunk_member_reason reason)
{
	return name_of(member_reasons, ARRAY_SIZE(member_reasons), reason);
}
