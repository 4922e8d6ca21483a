/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running a location program on the host, against a world made of callbacks.
 * Tests and fuzzers use it; what it does is what the backends' C must do. */
#include "translator/debuginfo/fetch.h"
#include "translator/debuginfo/fetch_ops.h"

static bool eval_world(const struct fetch_step *s, const struct fetch_world *w, uint64_t a, uint64_t b, uint64_t *out)
{
	switch (s->op) {
	case FETCH_REG:
		return w->reg && w->reg(w->data, (unsigned)s->imm, out);
	case FETCH_STACK_ARG:
		if (!w->stack_args)
			return false;
		*out = w->stack_args[s->imm];
		return true;
	case FETCH_RETVAL:
		*out = w->retval;
		return true;
	case FETCH_INPUT:
		if (!w->input)
			return false;
		*out = w->input(w->data, (unsigned)s->imm);
		return true;
	case FETCH_SYMBOL:
		if (!w->symbol || !w->symbol(w->data, s->module, s->symbol, out))
			return false;
		*out += (uint64_t)s->imm;
		return true;
	case FETCH_TLS:
		return w->tls && w->tls(w->data, s->module, (uint64_t)s->imm, out);
	case FETCH_PERCPU:
		return w->percpu && w->percpu(w->data, a, out);
	case FETCH_LOAD:
		return w->load && w->load(w->data, a, s->size, s->user, out);
	case FETCH_STORE:
		*out = 0;
		return w->store && w->store(w->data, a, s->size, s->user, b);
	case FETCH_SETREG:
		*out = 0;
		return w->setreg && w->setreg(w->data, (unsigned)s->imm, a);
	default:
		return false;
	}
}

static bool is_arithmetic(enum fetch_op op)
{
	return op == FETCH_CONST || (op >= FETCH_ADD && op <= FETCH_SELECT) || (op >= FETCH_SEXT && op <= FETCH_INSERT);
}

bool fetch_eval(const struct fetch *f, const struct fetch_world *w, uint64_t *out)
{
	uint64_t v[FETCH_MAX_STEPS] = { 0 };

	if (fetch_verify(f))
		return false;
	for (unsigned i = 0; i < f->len; i++) {
		const struct fetch_step *s = &f->steps[i];

		if (is_arithmetic(s->op))
			v[i] = fetch_compute(s, v[s->a], v[s->b], v[s->c]);
		else if (!eval_world(s, w, v[s->a], v[s->b], &v[i]))
			return false;
	}
	*out = v[f->result];
	return true;
}
