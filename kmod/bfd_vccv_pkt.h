/* SPDX-License-Identifier: GPL-2.0 */
/* What stands between a PW's label and a BFD packet of VCCV (RFC 5885; pure). */
#ifndef _ETRUNK_BFD_VCCV_PKT_H
#define _ETRUNK_BFD_VCCV_PKT_H

#include "pure.h"

/* channel types of the associated channel header */
#define ETRUNK_ACH_BFD		0x0007	/* CV type 0x10 */
#define ETRUNK_ACH_IPV4		0x0021	/* CV type 0x04 */
#define ETRUNK_ACH_IPV6		0x0057

/* IPv4 and UDP */
#define ETRUNK_VCCV_IP_LEN	28

u32 etrunk_vccv_sum(const u8 *buf, size_t len, u32 sum);
void etrunk_vccv_ip_build(u8 *buf, u32 source, u16 sport, size_t len);
int etrunk_vccv_ip_parse(const u8 *buf, size_t len, bool ipv6, u8 *ttl,
			 size_t *pdu, size_t *pdu_len);

#endif /* _ETRUNK_BFD_VCCV_PKT_H */
