// SPDX-License-Identifier: GPL-2.0
/* Words to values and back. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "args.h"

/* strtoul() takes blanks and signs that no value of ours has. */
static const char *parse_digits(const char *s, int base, uint64_t *v,
				const char **end)
{
	char *e;

	if (base == 16 ? !isxdigit((unsigned char)*s) :
			 !isdigit((unsigned char)*s))
		return "is not a number";
	errno = 0;
	*v = strtoull(s, &e, base);
	if (errno == ERANGE)
		return "is too large";
	*end = e;
	return NULL;
}

const char *parse_u32(const char *s, uint32_t *v)
{
	const char *end, *err;
	uint64_t n;

	err = parse_digits(s, 10, &n, &end);
	if (err)
		return err;
	if (*end)
		return "is not a number";
	if (n > UINT32_MAX)
		return "is too large";
	*v = n;
	return NULL;
}

/* A number that people write in hex as well, such as a status word. */
const char *parse_word32(const char *s, uint32_t *v)
{
	const char *end, *err;
	uint64_t n;

	if (s[0] != '0' || (s[1] != 'x' && s[1] != 'X'))
		return parse_u32(s, v);
	err = parse_digits(s + 2, 16, &n, &end);
	if (err)
		return err;
	if (*end)
		return "is not a number";
	if (n > UINT32_MAX)
		return "is too large";
	*v = n;
	return NULL;
}

const char *parse_bool(const char *s, uint32_t *v)
{
	if (!strcmp(s, "on"))
		*v = 1;
	else if (!strcmp(s, "off"))
		*v = 0;
	else
		return "is neither on nor off";
	return NULL;
}

/**
 * parse_time() - parse a time such as 10, 3300us, 10ms, 1s, 2min
 * @s: the text
 * @unit_us: microseconds in the unit of the result
 * @bare_us: microseconds in the unit of a bare number
 * @v: the time in units of @unit_us
 *
 * Return: NULL or what is wrong.
 */
const char *parse_time(const char *s, uint32_t unit_us, uint32_t bare_us,
		       uint32_t *v)
{
	static const struct {
		const char *word;
		uint32_t us;
	} units[] = {
		{ "us", 1 }, { "ms", US_PER_MS }, { "s", US_PER_S },
		{ "min", 60 * US_PER_S },
	};
	uint64_t n, us = 0;
	const char *end;
	unsigned int i;

	if (parse_digits(s, 10, &n, &end))
		return "is not a time (such as 10ms, 5s, 2min)";
	if (!*end)
		us = bare_us;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i].word))
			us = units[i].us;
	if (!us)
		return "is not a time (such as 10ms, 5s, 2min)";
	if (n > UINT64_MAX / us)
		return "is too large";
	n *= us;
	if (n % unit_us)
		return unit_us == US_PER_MS ?
			"is not a whole number of milliseconds" :
			"is not a whole number of seconds";
	n /= unit_us;
	if (n > UINT32_MAX)
		return "is too large";
	*v = n;
	return NULL;
}

static bool hex_byte(const char *s, uint8_t *b)
{
	char t[3] = { 0 };

	if (!isxdigit((unsigned char)s[0]) || !isxdigit((unsigned char)s[1]))
		return false;
	memcpy(t, s, 2);
	*b = strtoul(t, NULL, 16);
	return true;
}

/* 00e0-fc00-0000 as routers write it, or 00:e0:fc:00:00:00 */
const char *parse_mac(const char *s, uint8_t mac[6])
{
	static const char bad[] =
		"is not a MAC address (00e0-fc00-0000 or 00:e0:fc:00:00:00)";
	bool router = strlen(s) == 14;
	int i;

	if (!router && strlen(s) != 17)
		return bad;
	for (i = 0; i < 6; i++) {
		if (!hex_byte(s, &mac[i]))
			return bad;
		s += 2;
		if (router ? (i == 1 || i == 3) : i < 5)
			if (*s++ != (router ? '-' : ':'))
				return bad;
	}
	return NULL;
}

const char *parse_addr(const char *s, uint8_t addr[16], uint16_t *len)
{
	if (inet_pton(AF_INET, s, addr) == 1)
		*len = 4;
	else if (inet_pton(AF_INET6, s, addr) == 1)
		*len = 16;
	else
		return "is not an IP address";
	return NULL;
}

/* 16003 or 16003/16004, outermost first */
const char *parse_labels(const char *s, uint32_t *labels, unsigned int max,
			 unsigned int *n)
{
	const char *err;
	uint64_t v;

	for (*n = 0;; s++) {
		err = parse_digits(s, 10, &v, &s);
		if (err)
			return "is not a label stack (L or L/L...)";
		if (v > UINT32_MAX)
			return "is too large";
		if (*n == max)
			return "has too many labels";
		labels[(*n)++] = v;
		if (!*s)
			return NULL;
		if (*s != '/')
			return "is not a label stack (L or L/L...)";
	}
}

/**
 * read_key_file() - read a secret from a file
 * @path: the file, "-" for standard input
 * @key: where to
 * @max: most bytes allowed
 * @len: bytes read, without one trailing newline
 *
 * Read without stdio, which would keep a copy of the secret in its buffer.
 *
 * Return: NULL or what is wrong.
 */
const char *read_key_file(const char *path, uint8_t *key, size_t max,
			  size_t *len)
{
	static char msg[128];
	const char *err = NULL;
	uint8_t extra[2];
	size_t n = 0;
	ssize_t r;
	int fd;

	fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) :
				 STDIN_FILENO;
	if (fd < 0)
		goto err_errno;
	/* One byte more than allowed may be the newline, two are too many. */
	while (n < max + 2) {
		if (n < max)
			r = read(fd, key + n, max - n);
		else
			r = read(fd, extra + (n - max), max + 2 - n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			goto err_errno;
		if (!r)
			break;
		n += r;
	}
	if (n && n <= max && key[n - 1] == '\n')
		n--;
	else if (n == max + 1 && extra[0] == '\n')
		n--;
	if (!n)
		err = "is empty";
	else if (n > max)
		err = "holds more than 255 bytes";
	explicit_bzero(extra, sizeof(extra));
	*len = n;
	if (fd > STDIN_FILENO)
		close(fd);
	return err;

err_errno:
	snprintf(msg, sizeof(msg), "cannot be read: %s", strerror(errno));
	if (fd > STDIN_FILENO)
		close(fd);
	return msg;
}

/* The largest unit that says it exactly, so that the text reads back alike. */
void put_time(FILE *f, uint64_t us)
{
	if (us % US_PER_MS)
		fprintf(f, "%lluus", (unsigned long long)us);
	else if (us % US_PER_S)
		fprintf(f, "%llums", (unsigned long long)(us / US_PER_MS));
	else
		fprintf(f, "%llus", (unsigned long long)(us / US_PER_S));
}

void put_mac(FILE *f, const uint8_t mac[6])
{
	fprintf(f, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		mac[3], mac[4], mac[5]);
}

/* UTC with microseconds; @ns since the epoch */
void put_rfc3339(FILE *f, uint64_t ns)
{
	time_t t = ns / 1000000000ULL;
	char buf[32];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%S", &tm);
	fprintf(f, "%s.%06lluZ", buf,
		(unsigned long long)(ns % 1000000000ULL / 1000));
}

/* As words_split() reads it back; quoted only where it must be. */
void put_quoted(FILE *f, const char *s)
{
	const char *p;

	for (p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_-.:/,+@%", *p))
			break;
	if (p != s && !*p) {
		fputs(s, f);
		return;
	}
	fputc('"', f);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if (*s == '\n')
			fputs("\\n", f);
		else if (*s == '\t')
			fputs("\\t", f);
		else if ((unsigned char)*s < ' ' || *s == 0x7f)
			fprintf(f, "\\x%02x", *s);
		else
			fputc(*s, f);
	}
	fputc('"', f);
}

static void words_add(struct words *words, char *w)
{
	words->w = realloc(words->w, (words->n + 2) * sizeof(char *));
	if (!words->w)
		abort();
	words->w[words->n] = w;
	if (w)
		words->n++;
	words->w[words->n] = NULL;
}

/* One escape inside double quotes; @s stands behind the backslash. */
static const char *unescape(const char *s, char *c)
{
	uint8_t b;

	switch (*s) {
	case 'n':
		*c = '\n';
		return s + 1;
	case 't':
		*c = '\t';
		return s + 1;
	case 'x':
		if (!hex_byte(s + 1, &b) || !b)
			return NULL;
		*c = b;
		return s + 3;
	case '\0':
		return NULL;
	default:
		*c = *s;
		return s + 1;
	}
}

/**
 * words_split() - split a line into words
 * @words: result, to be freed with words_free() also after an error
 * @line: the line
 *
 * Blanks separate words, # begins a comment at the start of a word. Double
 * quotes take escapes (of the quote, the backslash, n, t, and x with two hex
 * digits), single quotes take everything; a backslash outside quotes takes the
 * next character.
 *
 * Return: NULL or what is wrong.
 */
const char *words_split(struct words *words, const char *line)
{
	const char *s = line, *err = NULL;
	char *w, *p, quote;

	words->n = 0;
	words->w = NULL;
	words_add(words, NULL);
	for (;;) {
		while (isspace((unsigned char)*s))
			s++;
		if (!*s || *s == '#')
			return NULL;
		w = malloc(strlen(s) + 1);
		if (!w)
			abort();
		p = w;
		quote = 0;
		while (*s && (quote || !isspace((unsigned char)*s))) {
			if (quote && *s == quote) {
				quote = 0;
				s++;
			} else if (!quote && (*s == '"' || *s == '\'')) {
				quote = *s++;
			} else if (*s == '\\' && quote == '"') {
				s = unescape(s + 1, p++);
				if (!s) {
					err = "bad escape in quotes";
					goto out;
				}
			} else if (*s == '\\' && !quote) {
				if (!*++s) {
					err = "backslash at the end";
					goto out;
				}
				*p++ = *s++;
			} else {
				*p++ = *s++;
			}
		}
		if (quote)
			err = "unterminated quote";
out:
		*p = '\0';
		words_add(words, w);
		if (err)
			return err;
	}
}

void words_free(struct words *words)
{
	int i;

	for (i = 0; i < words->n; i++)
		free(words->w[i]);
	free(words->w);
	words->w = NULL;
	words->n = 0;
}

/* The next logical line: a backslash before the newline joins two lines. */
bool lines_next(struct lines *l)
{
	size_t size = 0, have = 0;
	char *part = NULL;
	ssize_t r, i;

	l->no = l->next + 1;
	for (;;) {
		r = getline(&part, &size, l->f);
		if (r < 0)
			break;
		l->next++;
		/* A NUL would hide the rest of the line: no word has a ^A. */
		for (i = 0; i < r; i++)
			if (!part[i])
				part[i] = 1;
		if (r && part[r - 1] == '\n')
			part[--r] = '\0';
		l->buf = realloc(l->buf, have + r + 1);
		if (!l->buf)
			abort();
		memcpy(l->buf + have, part, r + 1);
		have += r;
		if (!have || l->buf[have - 1] != '\\' ||
		    (have > 1 && l->buf[have - 2] == '\\'))
			break;
		l->buf[--have] = '\0';
	}
	free(part);
	return r >= 0 || have;
}

void lines_free(struct lines *l)
{
	free(l->buf);
	l->buf = NULL;
}
