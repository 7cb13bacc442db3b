#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The demo as a test: the lab of topo.sh, every failure of demo/run with its
# bound, and the capture. Subtests demo_a ... are its cases.

exec "$(dirname "$0")/demo/run" -t
