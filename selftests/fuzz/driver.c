// SPDX-License-Identifier: GPL-2.0
/*
 * Where there is no libFuzzer: the same inputs on every machine.
 *	PROGRAM [NUMBER OF INPUTS]
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	unsigned long i, n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	uint64_t x = 88172645463325252ULL;
	static uint8_t data[2048];
	size_t len, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < sizeof(data); j++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			data[j] = x >> 24;
		}
		len = x % sizeof(data);
		LLVMFuzzerTestOneInput(data, len);
	}
	printf("%lu inputs\n", n);
	return 0;
}
