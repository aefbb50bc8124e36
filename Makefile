# make [all | check | bench | figures | man | install | clean]    B=dir builds elsewhere
CC      = gcc
CFLAGS  = -O2 -g
PREFIX  = /usr/local
B       = build
VERSION = 0.1.0

# Ours; the user's CFLAGS come after and may be replaced, these may not.
# -ffp-contract=off everywhere: a product is rounded before it is added.
WARN     = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wno-unknown-pragmas
OURS     = -std=c11 -D_GNU_SOURCE -fPIC -fopenmp -ffp-contract=off -I. -MMD -MP $(WARN)
PACKAGES = jansson libsodium zlib cunit
LDLIBS   = -ldnnl -ljansson -lsodium -lz -lmpfr -lgmp -lm

# The prover runs under directed rounding; float32 networks run as fast as they can.
PROVER    = -O3 -frounding-math
AVX512    = -mavx512f -mavx512dq -mavx512vl -mavx512bw -mfma
NETWORK   = -O3 -march=native -fno-math-errno

MAINS     = trainer/train.c analyzer/certify.c
SOURCES   = $(filter-out $(MAINS),$(wildcard specs/*.c console/*.c network/*.c trainer/*.c \
            analyzer/*.c analyzer/numbers/*.c analyzer/domains/*.c))
OBJECTS   = $(SOURCES:%.c=$(B)/%.o)
PROGRAMS  = $(patsubst %.c,$(B)/bin/%,$(notdir $(MAINS)))
CHAPTERS  = $(sort $(wildcard tests/[0-9]*.md))

all: $(PROGRAMS) $(B)/libsteadfast.so

$(B)/analyzer/%.o: FOLDER = $(PROVER)
$(B)/network/%.o: FOLDER = $(NETWORK)
$(B)/trainer/%.o: FOLDER = $(NETWORK)
$(B)/analyzer/numbers/double_avx512.o: FOLDER = $(PROVER) $(AVX512)
$(B)/console/version.o: FOLDER = -DSTEADFAST_VERSION='"$(VERSION)"' \
	-DSTEADFAST_COMMIT='"$(shell git describe --always --dirty 2>/dev/null || echo unknown)"'
$(B)/console/version.o: $(wildcard .git/logs/HEAD)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(OURS) $(CPPFLAGS) $(CFLAGS) $(FOLDER) -c $< -o $@

$(B)/libsteadfast.a: $(OBJECTS)
	rm -f $@
	ar rcs $@ $^

$(B)/libsteadfast.so: $(OBJECTS)
	$(CC) -shared -fopenmp $(CFLAGS) $(LDFLAGS) -Wl,-soname,libsteadfast.so.0 $^ $(LDLIBS) -o $@

$(B)/bin/train: $(B)/trainer/train.o $(B)/libsteadfast.a
$(B)/bin/certify: $(B)/analyzer/certify.o $(B)/libsteadfast.a
$(B)/bin/%:
	@mkdir -p $(@D)
	$(CC) -fopenmp $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

# A chapter, line for line, as C for CUnit and as a transcript for clitest.
$(B)/tests/%.c: tests/%.md tests/tangle.awk
	@mkdir -p $(@D)
	awk -v lang=c -f tests/tangle.awk $< > $@

$(B)/tests/%.o: $(B)/tests/%.c
	$(CC) $(OURS) -Wno-missing-prototypes -Itests $(CPPFLAGS) $(CFLAGS) $(PROVER) -include chapter.h -c $< -o $@

$(B)/tests/chapter.o: tests/chapter.c
	@mkdir -p $(@D)
	$(CC) $(OURS) -Itests $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(B)/tests/%: $(B)/tests/%.o $(B)/tests/chapter.o $(B)/libsteadfast.a
	$(CC) -fopenmp $(CFLAGS) $(LDFLAGS) $^ -lcunit -lmpfi -lflint-arb -lflint $(LDLIBS) -o $@

# The whole book, or one chapter: make check CHAPTERS=tests/05-affine.md
check: all $(CHAPTERS:tests/%.md=$(B)/tests/%)
	@B=$(B) sh tests/run $(CHAPTERS)

clean:
	rm -rf $(B)

.PHONY: all check clean
.DELETE_ON_ERROR:
.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
