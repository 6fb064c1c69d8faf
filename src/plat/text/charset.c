#include "plat/text/charset.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "plat/text/file.h"

#define CHUNK_B ((size_t)64 << 10)

/* The encoding that Windows uses for files of programs without Unicode, by language. */
static const struct {
	const char *lang, *name;
} pages[] = {
    {"bs", "WINDOWS-1250"},
    {"cs", "WINDOWS-1250"},
    {"hr", "WINDOWS-1250"},
    {"hu", "WINDOWS-1250"},
    {"pl", "WINDOWS-1250"},
    {"ro", "WINDOWS-1250"},
    {"sk", "WINDOWS-1250"},
    {"sl", "WINDOWS-1250"},
    {"sq", "WINDOWS-1250"},
    {"be", "WINDOWS-1251"},
    {"bg", "WINDOWS-1251"},
    {"kk", "WINDOWS-1251"},
    {"mk", "WINDOWS-1251"},
    {"ru", "WINDOWS-1251"},
    {"sr", "WINDOWS-1251"},
    {"uk", "WINDOWS-1251"},
    {"el", "WINDOWS-1253"},
    {"az", "WINDOWS-1254"},
    {"tr", "WINDOWS-1254"},
    {"he", "WINDOWS-1255"},
    {"ar", "WINDOWS-1256"},
    {"fa", "WINDOWS-1256"},
    {"et", "WINDOWS-1257"},
    {"lt", "WINDOWS-1257"},
    {"lv", "WINDOWS-1257"},
    {"vi", "WINDOWS-1258"},
    {"th", "CP874"},
    {"ja", "CP932"},
    {"ko", "CP949"},
    {"zh-Hant", "CP950"},
    {"zh-TW", "CP950"},
    {"zh", "GB18030"},
};

/* Counts over a whole file. */
struct scan {
	uint64_t n_b, n_multi, n_bad; /* sequences of several bytes that are UTF-8; bytes that are not */
	uint64_t n_nul[2];            /* at even and odd places */
	char head[4];
};

/* Judges the text that a conversion yields. */
struct judge {
	uint32_t before[2];     /* the last two code points */
	uint64_t n_high, n_odd; /* code points above ASCII; those that no writer would have put there */
	size_t run;             /* of code points above ASCII */
};

struct conversion {
	int from, to;
	struct judge judge;
	uint64_t n_bad;          /* bytes that the encoding does not have */
	uint32_t line, bad_line; /* of the text written so far; of the first of them */
	char out[4 * CHUNK_B];
	size_t n_out;
	bool failed; /* writing failed: errno is set */
};

static int
temp_file(void)
{
	const char *dir = getenv("TMPDIR");
	int fd = open(dir == NULL || *dir == '\0' ? "/tmp" : dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return fd >= 0 ? fd : memfd_create("kontor-table", MFD_CLOEXEC);
}

static ssize_t
charset_read(int fd, char *p, size_t n)
{
	ssize_t got;

	do
		got = read(fd, p, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* A pipe can be read only once, but is needed twice. */
static bool
spool(int *fd, struct err *e)
{
	char part[4096];
	ssize_t n = 0;
	int to;

	if (lseek(*fd, 0, SEEK_SET) == 0)
		return true;
	if ((to = temp_file()) < 0)
		return err_set(e, ERR_UPSTREAM, "no temporary file: %s", strerror(errno));
	while ((n = charset_read(*fd, part, sizeof(part))) > 0 && file_write(to, str_n(part, (size_t)n)))
		;
	*fd = to;
	return (n == 0 && lseek(to, 0, SEEK_SET) == 0)
	       || err_set(e, ERR_UPSTREAM, "copying the table: %s", strerror(errno));
}

/* The bytes of a sequence that begins with this byte; 1 also when none begins with it. */
static size_t
sequence_b(unsigned char c)
{
	return c >= 0xf0 && c < 0xf8 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
}

/* Counts one sequence at the front of `s`, or one byte that is none; returns its length. */
static size_t
scan_one(struct scan *sc, struct str s)
{
	size_t n = sequence_b((unsigned char)s.p[0]);

	if ((unsigned char)s.p[0] < 0x80) {
		if (s.p[0] == '\0')
			sc->n_nul[sc->n_b % 2]++;
		return 1;
	}
	if (n > 1 && n <= s.n && utf8_valid(str_head(s, n))) {
		sc->n_multi++;
		return n;
	}
	sc->n_bad++;
	return 1;
}

static bool
scan_file(int fd, struct scan *sc, struct err *e)
{
	char part[4096 + 4];
	size_t kept = 0;
	ssize_t got;

	*sc = (struct scan){0};
	do {
		struct str s;

		if ((got = charset_read(fd, part + kept, 4096)) < 0)
			return err_set(e, ERR_UPSTREAM, "reading the table: %s", strerror(errno));
		s = str_n(part, kept + (size_t)got);
		if (sc->n_b == 0)
			memcpy(sc->head, s.p, s.n < sizeof(sc->head) ? s.n : sizeof(sc->head));
		/* The last bytes may be the front of a sequence. */
		while (s.n > (got == 0 ? 0 : 3)) {
			size_t n = scan_one(sc, s);

			sc->n_b += n;
			s = str_from(s, n);
		}
		kept = s.n;
		memmove(part, s.p, kept);
	} while (got > 0);
	return lseek(fd, 0, SEEK_SET) == 0 || err_set(e, ERR_UPSTREAM, "reading the table: %s", strerror(errno));
}

static bool
charset_is_ascii_letter(uint32_t cp)
{
	return (cp | 0x20) >= 'a' && (cp | 0x20) <= 'z';
}

static bool
charset_is_high_letter(uint32_t cp)
{
	return cp >= 0xc0 && cp != 0xd7 && cp != 0xf7 && (cp < 0x2000 || cp > 0x2bff);
}

/* Counts what is odd about the code point before `next`: a sign inside a word, a word in two scripts, a run of accented
 * letters and signs as no language of Latin letters has it. */
static void
judge_next(struct judge *j, uint32_t next)
{
	uint32_t cp = j->before[1];
	bool left = charset_is_ascii_letter(j->before[0]), right = charset_is_ascii_letter(next);

	j->before[0] = cp;
	j->before[1] = next;
	if (cp < 0x80) {
		j->run = 0;
		return;
	}
	j->n_high++;
	if (!charset_is_high_letter(cp)) {
		bool inside = left && right && cp != 0xb7 && cp != 0xad && cp != 0xa0 && (cp < 0x2010 || cp > 0x2027);

		j->n_odd += inside || cp < 0xa0 || ++j->run > 2;
		return;
	}
	/* Letters beyond ISO 8859-1 are rare in a wrong guess. */
	j->run = cp < 0x100 ? j->run + 1 : 0;
	if (cp < 0x250)
		j->n_odd += j->run > 2;
	else
		j->n_odd += cp < 0x2000 && (left || right);
}

/* Some odd places are in every text: brand names, typing errors. */
static bool
judge_ok(const struct judge *j)
{
	return j->n_odd * 8 <= j->n_high;
}

static void
convert_write(struct conversion *c)
{
	if (c->n_out > 0 && !file_write(c->to, str_n(c->out, c->n_out)))
		c->failed = true;
	c->n_out = 0;
}

/* Judges and writes what was added to `out` since `from`. */
static void
convert_judge(struct conversion *c, size_t from)
{
	struct str s = str_n(c->out + from, c->n_out - from);
	uint32_t cp;

	while (utf8_next(&s, &cp)) {
		c->line += cp == '\n';
		judge_next(&c->judge, cp);
	}
	if (c->n_out > sizeof(c->out) / 2)
		convert_write(c);
}

static void
convert_bad(struct conversion *c)
{
	if (c->n_bad++ == 0)
		c->bad_line = c->line;
}

/* Begins a conversion into an empty file. */
static bool
convert_begin(struct conversion *c, struct err *e)
{
	c->judge = (struct judge){{' ', ' '}, 0, 0, 0};
	c->n_bad = c->n_out = 0;
	c->line = 1;
	c->failed = false;
	if (c->to < 0)
		c->to = temp_file();
	return (c->to >= 0 && ftruncate(c->to, 0) == 0 && lseek(c->to, 0, SEEK_SET) == 0
		   && lseek(c->from, 0, SEEK_SET) == 0)
	       || err_set(e, ERR_UPSTREAM, "no temporary file: %s", strerror(errno));
}

static bool
convert_end(struct conversion *c, struct err *e)
{
	judge_next(&c->judge, ' ');
	convert_write(c);
	return (!c->failed && lseek(c->to, 0, SEEK_SET) == 0)
	       || err_set(e, ERR_UPSTREAM, "converting the table: %s", strerror(errno));
}

/* Converts from the front of `in`; keeps an incomplete sequence for the next call. */
static void
convert_part(struct conversion *c, iconv_t cd, char **in, size_t *in_n, size_t unit_b)
{
	while (*in_n > 0) {
		char *out = c->out + c->n_out;
		size_t from = c->n_out, left = sizeof(c->out) - c->n_out;
		size_t rc = iconv(cd, in, in_n, &out, &left);
		int why = errno;

		c->n_out = (size_t)(out - c->out);
		convert_judge(c, from);
		if (rc != (size_t)-1 || why == EINVAL)
			return;
		if (why == E2BIG) {
			convert_write(c);
			continue;
		}
		convert_bad(c);
		unit_b = unit_b < *in_n ? unit_b : *in_n;
		*in += unit_b;
		*in_n -= unit_b;
	}
}

static bool
convert(struct conversion *c, const char *name, struct err *e)
{
	size_t unit_b = strncmp(name, "UTF-16", 6) == 0 ? 2 : strncmp(name, "UTF-32", 6) == 0 ? 4 : 1, kept = 0;
	iconv_t cd = iconv_open("UTF-8", name);
	char part[CHUNK_B];
	ssize_t got = 0;

	if (cd == (iconv_t)-1)
		return err_set(e, ERR_INPUT, "'%s' is not a known encoding; `iconv -l` lists them", name);
	if (convert_begin(c, e)) {
		while ((got = charset_read(c->from, part + kept, sizeof(part) - kept)) > 0) {
			char *in = part;

			kept += (size_t)got;
			convert_part(c, cd, &in, &kept, unit_b);
			memmove(part, in, kept);
		}
		for (; kept > 0; kept -= unit_b < kept ? unit_b : kept) /* a cut-off sequence at the end */
			convert_bad(c);
		if (got < 0)
			err_set(e, ERR_UPSTREAM, "reading the table: %s", strerror(errno));
		else
			(void)convert_end(c, e);
	}
	iconv_close(cd);
	return e->kind == ERR_NONE;
}

/* Windows-1252 where it differs from ISO 8859-1. */
static uint32_t
latin_of(unsigned char c)
{
	static const uint16_t high[32] = {0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030,
	    0x160, 0x2039, 0x152, 0, 0x17d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122,
	    0x161, 0x203a, 0x153, 0, 0x17e, 0x178};

	return c >= 0xa0 ? c : high[c - 0x80];
}

static void
put_latin(struct conversion *c, unsigned char byte)
{
	uint32_t cp = latin_of(byte);

	convert_bad(c);
	if (cp >= 0x800)
		c->out[c->n_out++] = (char)(0xe0 | cp >> 12);
	if (cp >= 0x80) {
		c->out[c->n_out++] = (char)(cp >= 0x800 ? 0x80 | (cp >> 6 & 0x3f) : 0xc0 | cp >> 6);
		c->out[c->n_out++] = (char)(0x80 | (cp & 0x3f));
	}
}

/* Copies a file of UTF-8 in which other bytes stand, such as rows of another program. */
static bool
mend_utf8(struct conversion *c, struct err *e)
{
	char part[4096 + 4];
	size_t kept = 0;
	ssize_t got;

	if (!convert_begin(c, e))
		return false;
	do {
		struct scan none = {0};
		struct str s;

		if ((got = charset_read(c->from, part + kept, 4096)) < 0)
			return err_set(e, ERR_UPSTREAM, "reading the table: %s", strerror(errno));
		s = str_n(part, kept + (size_t)got);
		while (s.n > (got == 0 ? 0 : 3)) {
			size_t n = scan_one(&none, s);

			if (none.n_bad > 0) {
				put_latin(c, (unsigned char)s.p[0]);
				none.n_bad = 0;
			} else {
				c->line += s.p[0] == '\n';
				memcpy(c->out + c->n_out, s.p, n);
				c->n_out += n;
			}
			s = str_from(s, n);
		}
		convert_write(c);
		kept = s.n;
		memmove(part, s.p, kept);
	} while (got > 0);
	return convert_end(c, e);
}

static const char *
page_of(struct str lang)
{
	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		if (str_starts(lang, str_z(pages[i].lang)))
			return pages[i].name;
	return "WINDOWS-1252";
}

/* Tries the one-byte encodings in question. */
static bool
guess_page(struct charset *cs, struct conversion *c, struct err *e)
{
	const char *names[] = {page_of(cs->lang), "WINDOWS-1252"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!convert(c, names[i], e))
			return false;
		cs->name = names[i];
		if (c->n_bad == 0 && judge_ok(&c->judge))
			return true;
	}
	return err_set(e, ERR_INPUT,
	    "the encoding cannot be found: it is not UTF-8, and as %s it makes no sense; save the file as UTF-8, or "
	    "name its encoding by --encoding",
	    cs->name);
}

/* The name of a UTF-16 encoding; NULL: it is none. */
static const char *
utf16_of(const struct scan *sc)
{
	if (memcmp(sc->head, "\xff\xfe", 2) == 0 || memcmp(sc->head, "\xfe\xff", 2) == 0)
		return "UTF-16";
	if (sc->n_nul[1] * 4 > sc->n_b && sc->n_nul[0] * 8 < sc->n_b)
		return "UTF-16LE";
	return sc->n_nul[0] * 4 > sc->n_b && sc->n_nul[1] * 8 < sc->n_b ? "UTF-16BE" : NULL;
}

/* Spreadsheets and archives are left as they are: their reader refuses them by name. */
static bool
charset_is_binary(const struct scan *sc)
{
	return memcmp(sc->head, "PK\3\4", 4) == 0 || memcmp(sc->head, "\xd0\xcf\x11\xe0", 4) == 0
	       || memcmp(sc->head, "\x1f\x8b", 2) == 0;
}

static bool
charset_guess(struct charset *cs, struct conversion *c, struct err *e)
{
	struct scan sc;

	if (!scan_file(c->from, &sc, e))
		return false;
	cs->name = utf16_of(&sc);
	if (cs->name != NULL && !charset_is_binary(&sc))
		return convert(c, cs->name, e);
	cs->name = "UTF-8";
	if (sc.n_bad == 0 || charset_is_binary(&sc))
		return true;
	if (sc.n_multi >= sc.n_bad || memcmp(sc.head, "\xef\xbb\xbf", 3) == 0)
		return mend_utf8(c, e);
	return guess_page(cs, c, e);
}

static bool
charset_named(struct charset *cs, struct conversion *c, struct err *e)
{
	return convert(c, cs->name, e)
	       && (c->n_bad == 0
		   || err_set(e, ERR_INPUT, "line %u: not %s: %llu bytes are not in this encoding", c->bad_line,
		       cs->name, (unsigned long long)c->n_bad));
}

bool
charset_open(struct charset *cs, int fd, struct err *e)
{
	struct conversion *c;
	bool ok;

	cs->fd = -1;
	if (!spool(&fd, e))
		return false;
	c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c == MAP_FAILED)
		return err_set(e, ERR_LIMIT, "no memory to convert a table");
	c->from = fd;
	c->to = -1;
	ok = cs->name != NULL ? charset_named(cs, c, e) : charset_guess(cs, c, e);
	cs->fd = c->to >= 0 ? c->to : fd;
	cs->n_mended = c->n_bad;
	cs->mended_line = c->bad_line;
	munmap(c, sizeof(*c));
	return ok;
}
