#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One script of `deep` for each family of probe points, on the first of the kernels that `run` was
# given.
# shellcheck disable=SC2086 # a list
set -- ${KERNELS:-stable}
here=$(dirname "$(readlink -f "$0")")
families=$("$here/deep.d/generate" --families | wc -l)
exec "$here/deep" --build "$BUILD" --scripts "$families" "$1"
