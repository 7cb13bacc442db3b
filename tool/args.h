/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words to values and back: what the user types, as raw netlink payloads.
 * Nothing here knows of objects or of netlink.
 */
#ifndef _ARGS_H
#define _ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define US_PER_MS	1000U
#define US_PER_S	1000000U

/*
 * Parsers return NULL, or what is wrong with @s as the end of a sentence that
 * begins with the key and the value ("is not a number").
 */
const char *parse_u32(const char *s, uint32_t *v);
const char *parse_word32(const char *s, uint32_t *v);
const char *parse_bool(const char *s, uint32_t *v);
const char *parse_time(const char *s, uint32_t unit_us, uint32_t bare_us,
		       uint32_t *v);
const char *parse_mac(const char *s, uint8_t mac[6]);
const char *parse_addr(const char *s, uint8_t addr[16], uint16_t *len);
const char *parse_labels(const char *s, uint32_t *labels, unsigned int max,
			 unsigned int *n);
const char *read_key_file(const char *path, uint8_t *key, size_t max,
			  size_t *len);

void put_time(FILE *f, uint64_t us);
void put_mac(FILE *f, const uint8_t mac[6]);
void put_rfc3339(FILE *f, uint64_t ns);
void put_quoted(FILE *f, const char *s);

/**
 * struct words - a line split into words
 * @n: number of words
 * @w: the words, NULL terminated
 */
struct words {
	int n;
	char **w;
};

const char *words_split(struct words *words, const char *line);
void words_free(struct words *words);

/**
 * struct lines - a file read by logical lines
 * @f: the file
 * @no: number of the first physical line of the current logical line
 * @next: number of the next physical line
 * @buf: the current logical line
 * @size: of @buf
 */
struct lines {
	FILE *f;
	int no;
	int next;
	char *buf;
	size_t size;
};

bool lines_next(struct lines *l);
void lines_free(struct lines *l);

#endif /* _ARGS_H */
