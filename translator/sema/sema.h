/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pass 2: names, probe points, types.  The stages in order, each in its own file;
 * every stage reports all it finds and returns false when it found an error.
 *
 *	papers    old spellings rewritten to today's form (papers.c)
 *	points    probe points matched: aliases expanded, families asked, probes made (match.c alias.c points.c)
 *	symbols   names bound to variables, functions, library files loaded as names need them (symtab.c)
 *	tables    print(ARRAY, FORMAT) rewritten to a loop (papers_table.c)
 *	context   functions that need their probe copied for each (context.c)
 *	target    $variables, casts, @-operators lowered to FETCH, SAVED, CONTEXT and constants (target.c atop.c)
 *	reach     constant conditions folded, dead code dropped, then pending errors of live code reported (opt/fold.c, opt/dead.c)
 *	stacks    which longs are identifiers of stacks, which printing names (stacks.c)
 *	infer     types over the whole program (infer.c)
 *	regexes   tables of regular expressions (regex.c)
 *	effects   what each function and probe reads, writes, calls (effects.c)
 */
#ifndef SEMA_SEMA_H
#define SEMA_SEMA_H

#include "translator/program.h"
#include "translator/session.h"
#include "translator/syntax/parse.h"

/* The whole of pass 2 on s->script (and -E scripts); fills s->program. */
bool sema_run(struct session *s);

/* The stages, for sema_run and tests. */
bool papers_tables(struct session *s);		/* print(ARRAY, FORMAT), when names are bound (papers_table.c) */
bool sema_papers(struct session *s, struct file *f);
bool papers_points(struct session *s, struct point_vec *v);
/* Make E the call that $pname or $pid stands for, unless P has a variable of that name. */
void papers_variable(struct session *s, const struct probe *p, struct expr *e);
/* s->script's probes, and those of library files read so far -> s->program->probes.  May be
 * called again when more library files have been read: takes up where it left. */
bool sema_points(struct session *s);
bool sema_symbols(struct session *s);
bool sema_target(struct session *s);
bool sema_embedded(struct session *s);		/* may it be here, and what of it is taken over */
/* May C that stands at AT be used at the privilege level?  False after diagnostics. */
bool sema_trusts(struct session *s, struct span at);
bool sema_report_pending(struct session *s);
void sema_stacks(struct session *s);
bool sema_infer(struct session *s);
/* Notes behind a TYPE_MISMATCH: PART, an operand of WHOLE or (NULL) of STMT in F or a probe, should be
 * WANT.  The same behind a FORMAT_ARGS of PRINT. */
void sema_explain_mismatch(struct session *s, const struct stmt *stmt, const struct function *f, const struct expr *whole,
			   const struct expr *part, enum value_type want);
void sema_explain_format(struct session *s, const struct expr *print);
bool sema_regexes(struct session *s);
void sema_effects(struct session *s);

/* ---- library.c: tapset files, parsed when a name needs them ---- */
/* Index made or read from the cache; cheap when it is cached. */
bool library_open(struct session *s);
/* Parse the files that define NAME; false when no file does. */
bool library_need_function(struct session *s, const char *name);
bool library_need_global(struct session *s, const char *name);
/* Aliases whose first components may match POINT (globs included): files are parsed; all
 * aliases loaded so far are in library_aliases(). */
void library_need_aliases(struct session *s, const struct point *p);
/* Files loaded so far, in load order. */
struct file *const *library_files(struct session *s, size_t *n);
/* Every function and alias name the library offers, for did-you-mean and the --dump options. */
void library_names(struct session *s, int defined_kind, struct string_vec *out);

/* ---- points.c ---- */
/* Resolve one point (with all its alternatives) into probes with BODY; used for the script's probes and for -l. */
bool points_resolve(struct session *s, struct point *p, struct stmt *body, bool optional);

/* ---- target.h's: an unresolved target with its error, kept until the code is known to be reached ---- */
struct pending { const char *tag; const char *text; const char *note; };

/* ---- symtab.c ---- */
/* Bind all names of one probe's body and condition; new functions are bound as well. */
bool symbols_bind_probe(struct session *s, struct probe *p);
/* The object of a builtin, made when it is first asked for. */
struct builtin;
struct function *symbols_builtin(struct session *s, const struct builtin *bi);
/* The file that a span's text stands in (macro expansions included), or NULL. */
/* The variable that E is, or the array that it is an element of; NULL: E is neither, or nothing is known of its name. */
struct variable *variable_of(const struct expr *e);
struct file *symbols_file_of(struct session *s, struct span at);

/* Bind what is new in COPY, a function's copy for a probe: names that mean something only there. */
bool symbols_bind_copy(struct session *s, struct function *copy);

/* ---- probewrite.c ---- */
/* BODY, of an alias, with @probewrite(x) replaced by whether HANDLER, what the alias is put around, writes x.
 * BODY itself when it asks nothing, else a copy. */
struct stmt *probewrite_resolve(struct session *s, struct stmt *body, struct stmt *handler);
/* Does BODY assign to the variable that WHAT names? */
bool probewrite_is_written(struct stmt *body, const struct expr *what);

/* `exit;`: does E name a local whose name is that of a function without arguments? (symtab.c) */
bool symbols_bare_function(struct session *s, const struct expr *e);

/* ---- warn.c ---- */
/* Of what is hardly meant, when names are bound; of globals that nobody sets, when effects are known; of handlers that come to nothing, when all is resolved. */
void sema_warn(struct session *s);
void sema_warn_globals(struct session *s);
void sema_warn_probes(struct session *s);

/* ---- context.c ---- */
/* After names are bound: a copy of each function that needs its probe, for each probe that reaches it. */
void sema_context(struct session *s);
/* After lowering: equal copies become one. */
void sema_context_merge(struct session *s);
/* Notes below a diagnostic about F, a copy: how its probe came to call it. */
void context_note(struct session *s, const struct function *f);

/* ---- target.c, atop.c, pretty.c ---- */
struct lowering {
	struct session *session;
	struct probe *probe;		/* in a function: the one that its copy is for, or NULL */
	struct function *function;
	bool progress;			/* an autocast was resolved, or a type carried on, in this round */
	bool waits;			/* an autocast does not know its type yet */
	bool builtins;			/* types of the runtime's functions are wanted (ctypes.c) */
	bool final;			/* autocasts that still know no type are errors now */
};
struct expr *lower_target(struct lowering *l, struct expr *e, struct expr *store);
struct expr *lower_cast(struct lowering *l, struct expr *e, struct expr *store);
struct expr *lower_atop(struct lowering *l, struct expr *e);
/* entry.c: the value at the entry of a return probe's function of a $variable, of @entry's argument. */
struct expr *lower_at_entry(struct lowering *l, struct expr *e);
struct expr *lower_entry(struct lowering *l, struct expr *e);
/* All target variables, casts and @-operators in E. */
struct expr *lower_tree(struct lowering *l, struct expr *e);
/* Does anything in E wait for a type? */
bool waits_in(struct expr *e);
/* "there is A, B": a note, or NULL. */
const char *lower_similar(struct session *s, const struct di_name_vec *names);
/* $$vars $$parms $$locals $$return: a sprintf of all; NULL when E is none of these. */
struct expr *lower_everything(struct lowering *l, struct expr *e);
/* A value with a pretty-print suffix: a sprintf. */
struct expr *lower_pretty(struct lowering *l, struct expr *e, unsigned depth);
struct expr *lower_pend(struct lowering *l, struct expr *e, const char *tag, const char *note, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* Says what is pending of E. */
void pending_tell(struct session *s, const struct expr *e);

/* ---- objects.c ---- */
/* Is a T a structure, a union or an array of them? */
bool object_is_no_value(const struct di_type *t);
/* E, lowered; what it was, with an error pending, when it is a structure where the script has it as a value. */
struct expr *lower_no_object(struct lowering *l, struct expr *e);
/* How text is read where E, a number, leads to characters; or NULL. */
const char *object_text_note(struct session *s, const struct expr *e);

/* ---- ctypes.c ---- */
/* What the C type of E, of the statement ST, tells of variables, functions and other expressions, and what they tell of it. */
void ctypes_carry(struct lowering *l, struct expr *e);
void ctypes_carry_stmt(struct lowering *l, struct stmt *st);

/* ---- modules.c ---- */
/* The probe's module, or "kernel". */
const char *lower_own_module(struct lowering *l);
/* Where types are looked up when a script does not say: there and in the kernel. Functions belong to no
 * module, and before 4.3 nothing did. */
const char *lower_type_modules(struct lowering *l);
/* The next module of the colon-separated *LIST, which moves behind it, to NULL at the end. NULL: there is none of that
 * name, and *WHY says so, if it says nothing yet or NAME is a list of headers. */
struct di_module *lower_next_module(struct lowering *l, const char **list, const char **why);
/* The type NAME in the first module of LIST (NULL: of lower_type_modules) that has it, and that module; or NULL. */
const struct di_type *lower_find_type(struct lowering *l, const char *name, const char *list, struct di_module **m, const char **why);

/* ---- privilege.c ---- */
/* Refuse what --privilege does not allow; the code is final. */
void sema_cut_literals(struct session *s);	/* to the length that strings have; warns */
bool sema_privilege(struct session *s);

/* ---- display.c ---- */
/* Adds an end probe that prints the globals nobody reads. */
bool sema_display_globals(struct session *s);

#endif
