/* SPDX-License-Identifier: GPL-2.0 */
/* The PW OAM message of RFC 6478 section 5 (pure). */
#ifndef _ETRUNK_PW_OAM_PKT_H
#define _ETRUNK_PW_OAM_PKT_H

#include "pure.h"

/* associated channel header, RFC 4385 section 5 */
#define ETRUNK_ACH_LEN		4
#define ETRUNK_ACH_PW_OAM	0x0027
/* ACH, refresh timer, TLV length, flags, one status TLV of 8 bytes */
#define ETRUNK_PW_OAM_LEN	16

/**
 * struct etrunk_pw_oam - a PW status message or its acknowledgment
 * @ack: the A flag
 * @refresh: seconds; 0: neither refreshed nor timed out
 * @status: the word
 */
struct etrunk_pw_oam {
	bool ack;
	u16 refresh;
	u32 status;
};

void etrunk_pw_oam_build(const struct etrunk_pw_oam *msg,
			 u8 buf[ETRUNK_PW_OAM_LEN]);
void etrunk_ach_build(u8 *buf, u16 channel);
int etrunk_ach_parse(const u8 *buf, size_t len, u16 *channel);
int etrunk_pw_oam_parse(const u8 *buf, size_t len, struct etrunk_pw_oam *msg);

#endif /* _ETRUNK_PW_OAM_PKT_H */
