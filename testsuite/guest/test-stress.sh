#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The short form of `stress`, on the first of the kernels that `run` was given.
# shellcheck disable=SC2086 # a list
set -- ${KERNELS:-stable}
exec "$(dirname "$(readlink -f "$0")")/stress" --build "$BUILD" --short "$1"
