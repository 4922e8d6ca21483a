/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stap-merge: the files of bulk mode, one for each CPU, into one text.
 *
 * Each file's records rise by number, a time; the lowest of all files' next records goes
 * out first.  What one run of a handler printed in several records stays together.  A
 * file that ends inside a record (its machine crashed) is used up to there. */
#include "stpd/stpd.h"
#include "stpd/version.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char help[] =
	"Usage: stap-merge [OPTION]... FILE...\n"
	"Join the files that stap or stpd wrote in bulk mode, one for each CPU, in the order of time.\n"
	"\n"
	"  -o FILE  write to FILE, not to standard output\n"
	"  -v       say before each piece of text which CPU printed it, and when\n"
	"  -V       print the version\n"
	"  -h       print this help\n"
	"\n"
	"Exit status: 0 all was read, 1 something could not be, 2 wrong usage.\n";

struct input {
	const char *name;
	FILE *file;
	struct stp_rec rec;		/* the next one */
	char payload[STP_MAXRECORD + 8];
	bool open, failed;
};

static void complain(struct input *in, const char *what)
{
	say_error("%s: %s", in->name, what);
	in->failed = true;
	in->open = false;
}

static void read_record(struct input *in)
{
	size_t n = fread(&in->rec, 1, sizeof in->rec, in->file), whole;

	if (n != sizeof in->rec) {
		if (n || ferror(in->file))
			complain(in, ferror(in->file) ? strerror(errno) : "ends inside a record");
		in->open = false;
		return;
	}
	if (in->rec.magic != STP_REC_MAGIC || in->rec.kind != STP_REC_TEXT || in->rec.len > STP_MAXRECORD) {
		complain(in, "is damaged: what is left of it is not used");
		return;
	}
	whole = ((size_t)in->rec.len + 7) & ~(size_t)7;
	if (fread(in->payload, 1, whole, in->file) != whole)
		complain(in, "ends inside a record");
}

static void open_input(struct input *in, const char *name)
{
	struct stp_file_header h;

	in->name = name;
	in->open = true;
	in->file = fopen(name, "rbe");
	if (!in->file) {
		complain(in, strerror(errno));
		return;
	}
	if (fread(&h, 1, sizeof h, in->file) != sizeof h || memcmp(h.magic, "STPBULK1", sizeof h.magic))
		complain(in, "is not a file of bulk mode");
	else if (h.byte_order != 0x01020304)
		complain(in, "comes from a machine of the other byte order");
	else if (h.version != STP_FILE_VERSION)
		complain(in, "comes from another version");
	else
		read_record(in);
}

static struct input *earliest(struct input *inputs, int n)
{
	struct input *best = NULL;

	for (int i = 0; i < n; i++)
		if (inputs[i].open && (!best || inputs[i].rec.seq < best->rec.seq))
			best = &inputs[i];
	return best;
}

static void write_record(const struct input *in, FILE *out, bool verbose)
{
	if (verbose)
		fprintf(out, "[CPU %u, %llu ns, %u bytes]\n", in->rec.cpu, (unsigned long long)in->rec.seq, in->rec.len);
	fwrite(in->payload, 1, in->rec.len, out);
}

static void merge_all(struct input *inputs, int n, FILE *out, bool verbose)
{
	struct input *in;
	bool continues;

	while ((in = earliest(inputs, n))) {
		do {
			continues = in->rec.flags & STP_REC_CONTINUES;
			write_record(in, out, verbose);
			read_record(in);
		} while (continues && in->open);
	}
}

static bool close_output(FILE *out, const char *name)
{
	bool bad = ferror(out);

	if (fclose(out) || bad) {
		say_error("cannot write %s: %s", name ? name : "the output", strerror(errno));
		return false;
	}
	return true;
}

/* The output would empty it before it is read. NULL: it is none of them. */
static const char *input_that_is(const char *output, char **names, int n)
{
	struct stat out, in;

	if (!output || stat(output, &out) || !S_ISREG(out.st_mode))
		return NULL;
	for (int i = 0; i < n; i++)
		if (!stat(names[i], &in) && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
			return names[i];
	return NULL;
}

static int merge_files(char **names, int n, const char *output, bool verbose)
{
	struct input *inputs = calloc((size_t)n, sizeof *inputs);
	FILE *out = output ? fopen(output, "wbe") : stdout;
	int status = 0;

	if (!inputs || !out) {
		say_error("cannot write %s: %s", output ? output : "the output", strerror(errno));
		free(inputs);
		return 1;
	}
	for (int i = 0; i < n; i++)
		open_input(&inputs[i], names[i]);
	merge_all(inputs, n, out, verbose);
	for (int i = 0; i < n; i++) {
		status |= inputs[i].failed;
		if (inputs[i].file)
			fclose(inputs[i].file);
	}
	free(inputs);
	return close_output(out, output) ? status : 1;
}

int main(int argc, char **argv)
{
	const char *output = NULL, *same;
	bool verbose = false;
	int c;

	while ((c = getopt(argc, argv, "o:vVh")) != -1) {
		switch (c) {
		case 'o': output = optarg; break;
		case 'v': verbose = true; break;
		case 'V': printf("stap-merge %s\n", PACKAGE_VERSION); return 0;
		case 'h': fputs(help, stdout); return 0;
		default: fputs("Try: stap-merge -h\n", stderr); return 2;
		}
	}
	if (optind == argc) {
		say_error("which files? Try: stap-merge -h");
		return 2;
	}
	same = input_that_is(output, argv + optind, argc - optind);
	if (same) {
		say_error("-o %s: that is the file %s, which is to be read", output, same);
		return 2;
	}
	return merge_files(argv + optind, argc - optind, output, verbose);
}
