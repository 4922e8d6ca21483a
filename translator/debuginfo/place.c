/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading and writing bits of places.
 *
 * An object may start inside a place (a member of a structure that sits in a
 * register) and, in memory, need not be aligned (a bit-field).  Memory is read in
 * the smallest naturally aligned window that covers the bits, so a read never
 * leaves the storage that the compiler itself would touch. */
#include "translator/debuginfo/place.h"

static bool fits_natural(uint64_t bit, unsigned nbits, unsigned size)
{
	return bit % (size * 8) + nbits <= size * 8;
}

/* Smallest window for bits [bit, bit + nbits); 0 when it takes two reads. */
static unsigned window_size(uint64_t bit, unsigned nbits)
{
	for (unsigned size = 1; size <= 8; size *= 2)
		if (fits_natural(bit, nbits, size))
			return size;
	return 0;
}

static uint16_t address_at(struct access *x, const struct place *p, uint64_t byte)
{
	return fetch_binary(x->f, FETCH_ADD, p->value, fetch_const(x->f, (int64_t)byte));
}

static bool read_memory(struct access *x, const struct place *p, uint64_t bit, unsigned nbits, uint16_t *out)
{
	unsigned size = window_size(bit, nbits), shift = (unsigned)(bit % 8);
	uint16_t low, high;
	uint64_t base;

	if (!shift && (nbits == 8 || nbits == 16 || nbits == 32 || nbits == 64)) {
		*out = fetch_load(x->f, address_at(x, p, bit / 8), nbits / 8, x->user);
		return true;
	}
	if (size) {
		base = bit / (size * 8) * (size * 8);
		low = fetch_load(x->f, address_at(x, p, base / 8), size, x->user);
		*out = fetch_bits(x->f, low, (unsigned)(bit - base), nbits, false);
		return true;
	}
	low = fetch_load(x->f, address_at(x, p, bit / 8), 8, x->user);
	low = fetch_binary(x->f, FETCH_SHR, low, fetch_const(x->f, shift));
	if (shift + nbits > 64) {
		high = fetch_load(x->f, address_at(x, p, bit / 8 + 8), 1, x->user);
		low = fetch_binary(x->f, FETCH_OR, low,
				   fetch_binary(x->f, FETCH_SHL, high, fetch_const(x->f, 64 - shift)));
	}
	*out = fetch_bits(x->f, low, 0, nbits, false);
	return true;
}

static bool read_pieces(struct access *x, const struct place *p, uint64_t bit, unsigned nbits, uint16_t *out)
{
	uint64_t start = 0;
	unsigned done = 0;
	uint16_t part, sum = fetch_const(x->f, 0);

	for (size_t i = 0; i < p->npieces && done < nbits; start += p->pieces[i++].nbits) {
		uint64_t end = start + p->pieces[i].nbits, from = bit + done;
		unsigned take;

		if (from < start || from >= end)
			continue;
		take = end - from < nbits - done ? (unsigned)(end - from) : nbits - done;
		if (!place_read(x, &p->pieces[i].at, p->pieces[i].at.bit + (from - start), take, &part))
			return false;
		part = fetch_binary(x->f, FETCH_SHL, part, fetch_const(x->f, done));
		sum = done ? fetch_binary(x->f, FETCH_OR, sum, part) : part;
		done += take;
	}
	*out = sum;
	return done == nbits ||
	       access_fail(x, DI_OPTIMIZED_OUT, "a part of %s has no location here", x->name);
}

bool place_read(struct access *x, const struct place *p, uint64_t bit, unsigned nbits, uint16_t *out)
{
	if (!nbits || nbits > 64)
		return access_fail(x, DI_UNSUPPORTED, "%s is an object of %u bits, which no value holds", x->name, nbits);
	switch (p->kind) {
	case PLACE_MEMORY:
		return read_memory(x, p, bit, nbits, out);
	case PLACE_REGISTER: case PLACE_VALUE:
		if (bit + nbits > 64)
			return access_fail(x, DI_OPTIMIZED_OUT, "a part of %s has no location here", x->name);
		*out = fetch_bits(x->f, p->value, (unsigned)bit, nbits, false);
		return true;
	case PLACE_PIECES:
		return read_pieces(x, p, bit, nbits, out);
	case PLACE_IMPLICIT:
		return access_fail(x, DI_OPTIMIZED_OUT, "%s is a pointer that was optimized away; what it points to can be read", x->name);
	case PLACE_NOWHERE:
		break;
	}
	return access_fail(x, DI_OPTIMIZED_OUT, "%s is optimized out here%s%s", x->name, p->why ? "; it is " : "",
			   p->why ? p->why : "");
}

static bool write_memory(struct access *x, const struct place *p, uint64_t bit, unsigned nbits, uint16_t value)
{
	unsigned size = window_size(bit, nbits);
	uint64_t base;
	uint16_t at, old;

	if (!(bit % 8) && (nbits == 8 || nbits == 16 || nbits == 32 || nbits == 64)) {
		fetch_store(x->f, address_at(x, p, bit / 8), value, nbits / 8, x->user);
		return true;
	}
	if (!size)
		return access_fail(x, DI_UNSUPPORTED, "%s is a bit-field across two words, which cannot be written", x->name);
	base = bit / (size * 8) * (size * 8);
	at = address_at(x, p, base / 8);
	old = fetch_load(x->f, at, size, x->user);
	fetch_store(x->f, at, fetch_insert(x->f, old, value, (unsigned)(bit - base), nbits), size, x->user);
	return true;
}

/* A 32-bit result clears the upper half of a register, as the processor does. */
static void write_register(struct access *x, const struct place *p, uint64_t bit, unsigned nbits, uint16_t value)
{
	if (bit || nbits < 32)
		value = fetch_insert(x->f, p->value, value, (unsigned)bit, nbits);
	else
		value = fetch_extend(x->f, value, nbits / 8, false);
	fetch_set_register(x->f, p->reg, value);
}

bool place_write(struct access *x, const struct place *p, uint64_t bit, unsigned nbits, uint16_t value)
{
	uint64_t start = 0;

	if (!nbits || nbits > 64)
		return access_fail(x, DI_UNSUPPORTED, "%s is too large to be written", x->name);
	switch (p->kind) {
	case PLACE_MEMORY:
		return write_memory(x, p, bit, nbits, value);
	case PLACE_REGISTER:
		if (bit + nbits > 64)
			break;
		write_register(x, p, bit, nbits, value);
		return true;
	case PLACE_PIECES:
		for (size_t i = 0; i < p->npieces; start += p->pieces[i++].nbits)
			if (bit >= start && bit + nbits <= start + p->pieces[i].nbits)
				return place_write(x, &p->pieces[i].at, p->pieces[i].at.bit + (bit - start), nbits, value);
		break;
	case PLACE_VALUE: case PLACE_IMPLICIT: case PLACE_NOWHERE:
		break;
	}
	return access_fail(x, DI_BAD_ACCESS, "%s cannot be written: the compiler keeps it nowhere in memory or a register here", x->name);
}
