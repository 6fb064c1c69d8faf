#include "view/gettext/plural.h"

#include "base/num.h"

/* The expression is compiled for a small stack machine; && || ?: become jumps. */
enum {
	OP_NUMBER,
	OP_N,
	OP_NOT,
	OP_MUL,
	OP_DIV,
	OP_MOD,
	OP_ADD,
	OP_SUB,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_EQ,
	OP_NE,
	OP_GO,
	OP_GO_FALSE, /* pops the value */
	OP_FALSE_OR_NEXT, /* && : jumps with 0, or pops the value */
	OP_TRUE_OR_NEXT,  /* || : jumps with 1, or pops the value */
	OP_TRUTH
};

#define DEPTH_MAX 24

struct parser {
	struct str rest;
	struct plural *out;
	int depth;
	bool ok;
};

static unsigned
emit(struct parser *p, uint8_t code, uint32_t value)
{
	if (p->out->n == PLURAL_OPS_MAX) {
		p->ok = false;
		return 0;
	}
	p->out->op[p->out->n] = (struct plural_op){code, value};
	return p->out->n++;
}

static bool
accept(struct parser *p, struct str token)
{
	p->rest = str_trim(p->rest);
	if (!str_starts(p->rest, token))
		return false;
	p->rest = str_from(p->rest, token.n);
	return true;
}

static void choice(struct parser *);

static void
primary(struct parser *p)
{
	size_t digits = 0;
	uint64_t u;

	if (++p->depth > DEPTH_MAX) {
		p->ok = false;
	} else if (accept(p, STR("!"))) {
		primary(p);
		emit(p, OP_NOT, 0);
	} else if (accept(p, STR("("))) {
		choice(p);
		p->ok &= accept(p, STR(")"));
	} else if (accept(p, STR("n"))) {
		emit(p, OP_N, 0);
	} else {
		while (digits < p->rest.n && p->rest.p[digits] >= '0' && p->rest.p[digits] <= '9')
			digits++;
		if (num_u64(str_head(p->rest, digits), 0, UINT32_MAX, &u))
			emit(p, OP_NUMBER, (uint32_t)u);
		else
			p->ok = false;
		p->rest = str_from(p->rest, digits);
	}
	p->depth--;
}

static const struct {
	struct str sign;
	uint8_t code;
	int level;
} binary[] = {
    {STR_INIT("=="), OP_EQ, 0}, {STR_INIT("!="), OP_NE, 0}, {STR_INIT("<="), OP_LE, 1}, {STR_INIT(">="), OP_GE, 1},
    {STR_INIT("<"), OP_LT, 1},	{STR_INIT(">"), OP_GT, 1},  {STR_INIT("+"), OP_ADD, 2}, {STR_INIT("-"), OP_SUB, 2},
    {STR_INIT("*"), OP_MUL, 3}, {STR_INIT("/"), OP_DIV, 3}, {STR_INIT("%"), OP_MOD, 3},
};

/* Binary operators from this precedence up: equality, order, sum, product. */
static void
arithmetic(struct parser *p, int level)
{
	if (level == 4) {
		primary(p);
		return;
	}
	arithmetic(p, level + 1);
	for (size_t i = 0; i < ARRAY_LEN(binary) && p->ok; i++)
		if (binary[i].level == level && accept(p, binary[i].sign)) {
			arithmetic(p, level + 1);
			emit(p, binary[i].code, 0);
			i = (size_t)-1;
		}
}

static void
all_of(struct parser *p)
{
	arithmetic(p, 0);
	while (p->ok && accept(p, STR("&&"))) {
		unsigned go = emit(p, OP_FALSE_OR_NEXT, 0);

		arithmetic(p, 0);
		emit(p, OP_TRUTH, 0);
		p->out->op[go].value = p->out->n;
	}
}

static void
any_of(struct parser *p)
{
	all_of(p);
	while (p->ok && accept(p, STR("||"))) {
		unsigned go = emit(p, OP_TRUE_OR_NEXT, 0);

		all_of(p);
		emit(p, OP_TRUTH, 0);
		p->out->op[go].value = p->out->n;
	}
}

static void
choice(struct parser *p)
{
	unsigned other, end;

	if (++p->depth > DEPTH_MAX) {
		p->ok = false;
		return;
	}
	any_of(p);
	if (p->ok && accept(p, STR("?"))) {
		other = emit(p, OP_GO_FALSE, 0);
		choice(p);
		p->ok &= accept(p, STR(":"));
		end = emit(p, OP_GO, 0);
		p->out->op[other].value = p->out->n;
		choice(p);
		p->out->op[end].value = p->out->n;
	}
	p->depth--;
}

bool
plural_parse(struct str header, struct plural *out, struct err *e)
{
	struct parser p = {.out = out, .ok = true};
	ptrdiff_t at = str_find(header, STR("nplurals="));
	struct str number = STR_NONE;
	uint64_t forms;

	*out = (struct plural){0};
	if (at >= 0) {
		p.rest = str_from(header, (size_t)at + 9);
		if (!str_cut(&p.rest, ';', &number))
			number = STR_NONE;
	}
	if (!num_u64(str_trim(number), 1, PLURAL_FORMS_MAX, &forms))
		return err_set(e, ERR_INPUT, "plural rule: nplurals is not a number from 1 to %d", PLURAL_FORMS_MAX);
	out->forms = (unsigned)forms;
	at = str_find(p.rest, STR("plural="));
	p.rest = at < 0 ? STR_NONE : str_from(p.rest, (size_t)at + 7);
	choice(&p);
	if (!p.ok || (str_trim(p.rest).n > 0 && !accept(&p, STR(";"))))
		return err_set(e, ERR_INPUT, "plural rule: not understood at '%.*s'", STR_ARG(str_head(p.rest, 30)));
	return true;
}

static uint64_t
binary_value(uint8_t code, uint64_t x, uint64_t y)
{
	switch (code) {
	case OP_MUL: return x * y;
	case OP_DIV: return y == 0 ? 0 : x / y;
	case OP_MOD: return y == 0 ? 0 : x % y;
	case OP_ADD: return x + y;
	case OP_SUB: return x - y;
	case OP_LT: return x < y;
	case OP_LE: return x <= y;
	case OP_GT: return x > y;
	case OP_GE: return x >= y;
	case OP_EQ: return x == y;
	default: return x != y;
	}
}

unsigned
plural_form(const struct plural *p, int64_t number)
{
	uint64_t n = number < 0 ? ~(uint64_t)number + 1 : (uint64_t)number;
	uint64_t stack[PLURAL_OPS_MAX + 1] = {0};
	unsigned top = 0;

	/* The parser emits only forward jumps and balanced stack use, so this ends and needs no checks. */
	for (unsigned i = 0; i < p->n; i++) {
		const struct plural_op *op = &p->op[i];

		switch (op->code) {
		case OP_NUMBER: stack[++top] = op->value; break;
		case OP_N: stack[++top] = n; break;
		case OP_NOT: stack[top] = stack[top] == 0; break;
		case OP_TRUTH: stack[top] = stack[top] != 0; break;
		case OP_GO: i = op->value - 1; break;
		case OP_GO_FALSE:
			if (stack[top--] == 0)
				i = op->value - 1;
			break;
		case OP_FALSE_OR_NEXT:
		case OP_TRUE_OR_NEXT:
			if ((stack[top] != 0) == (op->code == OP_TRUE_OR_NEXT)) {
				stack[top] = stack[top] != 0;
				i = op->value - 1;
			} else {
				top--;
			}
			break;
		default:
			top--;
			stack[top] = binary_value(op->code, stack[top], stack[top + 1]);
			break;
		}
	}
	return stack[top] < p->forms ? (unsigned)stack[top] : p->forms - 1;
}
