// SPDX-License-Identifier: GPL-2.0
/*
 * For measurements in a VM: a NIC that is flooded, and a link that fails, at
 * given times after this is loaded, whoever has the CPU then.
 *
 * From START_MS to END_MS, PPS 64-byte UDP frames of one flow a second come in
 * on device DEV of the loader's netns, a batch every 100 us from a hard irq, as
 * from a NIC with moderated interrupts; what the queue does not take is lost
 * before it has cost anything, as in a NIC's ring. They are for a socket here
 * whose buffer is full. From CUT_MS to END_MS no BFD packet leaves the netns of
 * which PEER_FD is an open file.
 */
#include <linux/etherdevice.h>
#include <linux/hrtimer.h>
#include <linux/if_ether.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/netfilter_ipv4.h>
#include <linux/nsproxy.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#define TICK_NS		(100 * NSEC_PER_USEC)
#define PORT		9
#define BFD_PORT	3784
#define FRAME_LEN	60		/* 64 with its FCS */

static char *dev = "";
module_param(dev, charp, 0444);
static int peer_fd = -1;
module_param(peer_fd, int, 0444);
static unsigned int pps;
module_param(pps, uint, 0444);
static unsigned int start_ms;
module_param(start_ms, uint, 0444);
static unsigned int cut_ms;
module_param(cut_ms, uint, 0444);
static unsigned int end_ms;
module_param(end_ms, uint, 0444);

/* what was done */
static ulong taken;
module_param(taken, ulong, 0444);
static ulong lost;
module_param(lost, ulong, 0444);
static ulong cut;
module_param(cut, ulong, 0444);
static ulong cut_at;	/* ns */
module_param(cut_at, ulong, 0444);

static struct net_device *in_dev;
static struct net *peer_net;
static struct socket *sink;
static struct hrtimer timer;
static u64 end_at;
static u8 frame[FRAME_LEN];

static void build_frame(__be32 saddr, __be32 daddr)
{
	struct ethhdr *eth = (struct ethhdr *)frame;
	struct iphdr *iph = (struct iphdr *)(eth + 1);
	struct udphdr *uh = (struct udphdr *)(iph + 1);

	ether_addr_copy(eth->h_dest, in_dev->dev_addr);
	eth_random_addr(eth->h_source);
	eth->h_proto = htons(ETH_P_IP);
	iph->version = 4;
	iph->ihl = 5;
	iph->tot_len = htons(FRAME_LEN - ETH_HLEN);
	iph->ttl = 64;
	iph->protocol = IPPROTO_UDP;
	iph->saddr = saddr;
	iph->daddr = daddr;
	iph->check = ip_fast_csum(iph, iph->ihl);
	uh->source = htons(PORT);
	uh->dest = htons(PORT);
	uh->len = htons(FRAME_LEN - ETH_HLEN - sizeof(*iph));
}

static bool frame_in(void)
{
	struct sk_buff *skb = netdev_alloc_skb_ip_align(in_dev, FRAME_LEN);

	if (!skb)
		return false;
	skb_put_data(skb, frame, FRAME_LEN);
	skb->protocol = eth_type_trans(skb, in_dev);
	return netif_rx(skb) == NET_RX_SUCCESS;
}

static enum hrtimer_restart tick(struct hrtimer *t)
{
	unsigned int n = pps / (NSEC_PER_SEC / TICK_NS);

	if (ktime_get_ns() >= end_at)
		return HRTIMER_NORESTART;
	while (n && frame_in()) {
		taken++;
		n--;
	}
	lost += n;
	hrtimer_forward_now(t, TICK_NS);
	return HRTIMER_RESTART;
}

static unsigned int leave(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	u64 now = ktime_get_ns();

	if (now < cut_at || now >= end_at ||
	    ip_hdr(skb)->protocol != IPPROTO_UDP ||
	    udp_hdr(skb)->dest != htons(BFD_PORT))
		return NF_ACCEPT;
	cut++;
	return NF_DROP;
}

static const struct nf_hook_ops leave_ops = {
	.hook = leave,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_LOCAL_OUT,
	.priority = NF_IP_PRI_FIRST,
};

static int open_sink(struct net *net)
{
	struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
	};
	int err;

	err = sock_create_kern(net, AF_INET, SOCK_DGRAM, IPPROTO_UDP, &sink);
	if (err)
		return err;
	sink->sk->sk_rcvbuf = SOCK_MIN_RCVBUF;
	err = kernel_bind(sink, (struct sockaddr *)&any, sizeof(any));
	if (err)
		sock_release(sink);
	return err;
}

static int __init flood_init(void)
{
	struct net *net = current->nsproxy->net_ns;
	u64 now = ktime_get_ns();
	__be32 addr;
	int err;

	in_dev = dev_get_by_name(net, dev);
	if (!in_dev)
		return -ENODEV;
	peer_net = get_net_ns_by_fd(peer_fd);
	if (IS_ERR(peer_net)) {
		err = PTR_ERR(peer_net);
		goto err_dev;
	}
	rtnl_lock();
	addr = inet_select_addr(in_dev, 0, RT_SCOPE_UNIVERSE);
	rtnl_unlock();
	/* the neighbour has the address after ours */
	build_frame(htonl(ntohl(addr) + 1), addr);
	err = open_sink(net);
	if (err)
		goto err_net;

	cut_at = now + cut_ms * NSEC_PER_MSEC;
	end_at = now + end_ms * NSEC_PER_MSEC;
	err = nf_register_net_hook(peer_net, &leave_ops);
	if (err)
		goto err_sink;
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
	timer.function = tick;
	if (pps)
		hrtimer_start(&timer,
			      ns_to_ktime(now + start_ms * NSEC_PER_MSEC),
			      HRTIMER_MODE_ABS_HARD);
	return 0;

err_sink:
	sock_release(sink);
err_net:
	put_net(peer_net);
err_dev:
	dev_put(in_dev);
	return err;
}

static void __exit flood_exit(void)
{
	hrtimer_cancel(&timer);
	nf_unregister_net_hook(peer_net, &leave_ops);
	sock_release(sink);
	put_net(peer_net);
	dev_put(in_dev);
}

module_init(flood_init);
module_exit(flood_exit);

MODULE_DESCRIPTION("Floods a device and cuts a link, for a measurement");
MODULE_LICENSE("GPL");
