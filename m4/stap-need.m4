# SPDX-License-Identifier: GPL-2.0-or-later
# What is missing is collected and named once, all of it, by STAP_REPORT_MISSING:
# nobody should have to run configure seven times to learn seven package names.

# STAP_MISSING(WHAT, PACKAGE): WHAT is not here; Debian's PACKAGE has it.
AC_DEFUN([STAP_MISSING], [
  stap_missing="$stap_missing
  $1 (package $2)"
  stap_packages="$stap_packages $2"
])

# STAP_NEED_LIB(HEADER, LIBRARY, FUNCTION, PACKAGE, VARIABLE, [OTHER-LIBS], [NOTE]): a library that must be there, added
# to VARIABLE.
AC_DEFUN([STAP_NEED_LIB], [
  AC_CHECK_HEADER([$1], [stap_have=yes], [stap_have=no])
  AS_IF([test "$stap_have" = yes], [AC_CHECK_LIB([$2], [$3], [], [stap_have=no], [$6])])
  AS_IF([test "$stap_have" = yes], [$5="-l$2 $$5"], [STAP_MISSING([lib$2 with <$1>$7], [$4])])
])

# STAP_NEED_PROG(VARIABLE, PROGRAM, PACKAGE)
AC_DEFUN([STAP_NEED_PROG], [
  AC_CHECK_PROG([$1], [$2], [$2])
  AS_IF([test -z "$$1"], [STAP_MISSING([the program $2], [$3])])
])

AC_DEFUN([STAP_REPORT_MISSING], [
  AS_IF([test -n "$stap_missing"], [AC_MSG_ERROR([this is missing:
$stap_missing

On Debian: apt-get install$stap_packages])])
])

# STAP_TRY_CFLAGS(VARIABLE, FLAGS): append FLAGS to VARIABLE if a program builds and runs with them.
AC_DEFUN([STAP_TRY_CFLAGS], [
  AC_MSG_CHECKING([whether programs built with $2 run])
  stap_saved_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS $2"
  AC_RUN_IFELSE([AC_LANG_PROGRAM([[#include <stdlib.h>]], [[char *p = malloc(3); p[2] = 1; free(p); return 0;]])],
    [stap_works=yes], [stap_works=no], [stap_works=no])
  CFLAGS=$stap_saved_CFLAGS
  AC_MSG_RESULT([$stap_works])
  AS_IF([test "$stap_works" = yes], [$1="$$1 $2"])
])
