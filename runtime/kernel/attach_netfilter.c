/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hooks of netfilter, in every network namespace there is and comes.
 *
 * A verdict that netfilter would not know, or that a handler left with an error, is NF_ACCEPT. */
#include "rt.h"

#ifdef CONFIG_NETFILTER

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_bridge.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>

struct packet { struct sk_buff *skb; const struct nf_hook_state *state; s64 verdict; };

/* One group a module: pernet operations come without data of their own. */
static struct nf_hook_ops *hooks;
static unsigned nhooks;

static void fill(struct stp_ctx *c, void *data)
{
	struct packet *p = data;

	c->args[0] = p->state->hook;
	c->args[1] = p->state->pf;
	c->args[2] = (u64)(unsigned long)p->skb;
	c->args[3] = (u64)(unsigned long)p->state->in;
	c->args[4] = (u64)(unsigned long)p->state->out;
	c->nargs = 5;
	c->retval = NF_ACCEPT;
	c->family_data = p;
}

static void handle(struct stp_ctx *c)
{
	struct packet *p = c->family_data;

	c->probe->handler(c);
	if (!c->error)
		p->verdict = c->retval;
}

static unsigned int hooked(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct stp_row_netfilter *row = priv;
	struct packet p = { .skb = skb, .state = state, .verdict = NF_ACCEPT };

	rt_run(row->probe, NULL, handle, fill, &p);
	switch (p.verdict & NF_VERDICT_MASK) {
	case NF_DROP: case NF_STOLEN: case NF_QUEUE:
		return (unsigned int)p.verdict;
	}
	return NF_ACCEPT;
}

/* Neither is __net_init nor __net_exit: a kernel without network namespaces drops these with the module's init, and
 * the daemon's START comes later. */
static int net_comes(struct net *net)
{
	return nf_register_net_hooks(net, hooks, nhooks);
}

static void net_goes(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, nhooks);
}

static struct pernet_operations operations = { .init = net_comes, .exit = net_goes };

/* Number of hooks of PF on this kernel; registering others is a warning of the kernel. */
static unsigned hooks_of(u32 pf)
{
	switch (pf) {
	case NFPROTO_IPV4: return NF_INET_NUMHOOKS;
#if IS_ENABLED(CONFIG_IPV6)
	case NFPROTO_IPV6: return NF_INET_NUMHOOKS;
#endif
#ifdef CONFIG_NETFILTER_FAMILY_ARP
	case NFPROTO_ARP: return NF_ARP_NUMHOOKS;
#endif
#ifdef CONFIG_NETFILTER_FAMILY_BRIDGE
	case NFPROTO_BRIDGE: return NF_BR_NUMHOOKS;
#endif
	}
	return 0;
}

static int take_rows(const struct stp_group *g)
{
	const struct stp_row_netfilter *rows = g->rows;
	unsigned i;

	for (i = 0; i < g->nrows; i++) {
		if (rows[i].hook >= hooks_of(rows[i].pf)) {
			rt_message(STP_MSG_ERROR, "cannot attach %s: this kernel has no such hook", rows[i].probe->point);
			return -EOPNOTSUPP;
		}
		hooks[i].hook = hooked;
		hooks[i].priv = (void *)&rows[i];
		hooks[i].pf = (u8)rows[i].pf;
		hooks[i].hooknum = rows[i].hook;
		hooks[i].priority = rows[i].priority;
	}
	nhooks = g->nrows;
	return 0;
}

static int attach(const struct stp_group *g, void **state)
{
	int err;

	hooks = plat_alloc(sizeof *hooks * g->nrows);
	if (!hooks)
		return -ENOMEM;
	err = take_rows(g);
	if (!err) {
		err = register_pernet_subsys(&operations);
		if (err)
			rt_message(STP_MSG_ERROR, "netfilter refused the hooks (error %d)", err);
	}
	if (err) {
		plat_free(hooks);
		return err;
	}
	rt.nprobes_attached += g->nrows;
	return 0;
}

static void detach(const struct stp_group *g, void *state)
{
	unregister_pernet_subsys(&operations);
	synchronize_net();
	plat_free(hooks);
}

#else

static int attach(const struct stp_group *g, void **state)
{
	rt_message(STP_MSG_ERROR, "this kernel was built without netfilter");
	return -EOPNOTSUPP;
}

static void detach(const struct stp_group *g, void *state)
{
}

#endif

const struct rt_family rt_family_netfilter = { .name = "netfilter", .attach = attach, .detach = detach };
