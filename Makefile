# make [all | check | fuzz | certify-regress | bench | compare | figures | man | install | clean]    B=dir builds elsewhere
CC      = gcc
CFLAGS  = -O2 -g
PREFIX  = /usr/local
B       = build
VERSION = 0.1.0
COMMIT := $(shell git describe --always --dirty 2>/dev/null || echo unknown)

# Ours; the user's CFLAGS come after and may be replaced, these may not.
# -ffp-contract=off everywhere: a product is rounded before it is added.
WARN     = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wno-unknown-pragmas
OURS     = -std=c11 -D_GNU_SOURCE -fPIC -fopenmp -ffp-contract=off -I. -MMD -MP $(WARN)
LDLIBS   = -lflint-arb -lflint -ldnnl -ljansson -lsodium -lsndfile -lz -lmpfr -lgmp -lm

# The prover runs under directed rounding; float32 networks run as fast as they can.
PROVER   = -O3 -frounding-math -fno-trapping-math
AVX512   = -mavx512f -mavx512dq -mavx512vl -mavx512bw -mfma
NETWORK  = -O3 -march=native -fno-math-errno

MAINS    = trainer/train.c analyzer/certify.c analyzer/assess.c certs/audit.c
SOURCES  = $(filter-out $(MAINS),$(wildcard specs/*.c console/*.c network/*.c trainer/*.c \
           analyzer/*.c analyzer/empirical/*.c analyzer/numbers/*.c analyzer/domains/*.c certs/*.c))
PRIVATE  = %_store.h %_read.h %_forms.h %_run.h $(addprefix %/,double_kernels.h lanes.h onednn.h \
           pool.h sparse.h join.h maps.h lsnn_width.h arguments.h arguments_flags.h arguments_check.h claim_decide.h \
           flags.h linear_rival.h attack_samples.h pcm_explain.h pcm_alpha.h) %_report.h analyzer/assess_%.h \
           $(addprefix analyzer/,prover_pass.h prover_journal.h merge.h resume.h remark.h conclude.h) analyzer/domains/box.h
HEADERS  = $(filter-out $(PRIVATE),$(wildcard specs/*.h network/*.h trainer/*.h analyzer/*.h \
           analyzer/empirical/*.h analyzer/numbers/*.h analyzer/domains/*.h))
OBJECTS  = $(SOURCES:%.c=$(B)/%.o)
PROGRAMS = $(patsubst %.c,$(B)/bin/%,$(notdir $(MAINS)))
CHAPTERS = $(sort $(wildcard tests/[0-9]*.md))

all: $(PROGRAMS) $(B)/libsteadfast.so

$(B)/analyzer/%.o: FOLDER = $(PROVER)
$(B)/certs/%.o: FOLDER = $(PROVER)
$(B)/network/%.o: FOLDER = $(NETWORK)
$(B)/trainer/%.o: FOLDER = $(NETWORK)
$(B)/bench/%.o: FOLDER = $(NETWORK)
$(B)/analyzer/numbers/double_avx512.o: FOLDER = $(PROVER) $(AVX512)
$(B)/analyzer/numbers/double_forms_avx512.o: FOLDER = $(PROVER) $(AVX512)
$(B)/analyzer/numbers/double_forms_portable.o: FOLDER = $(PROVER) -Wno-psabi
$(B)/console/version.o: FOLDER = -DSTEADFAST_VERSION='"$(VERSION)"' -DSTEADFAST_COMMIT='"$(COMMIT)"'

# What --version says is what was built: the stamp changes with the commit, and only then.
$(B)/commit: always
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' > $@
$(B)/console/version.o: $(B)/commit

# make MPI=1: certify on many ranks (console/ranks.h); Debian's libopenmpi-dev.
ifdef MPI
$(B)/console/ranks.o: FOLDER = -DSTEADFAST_MPI $(shell mpicc --showme:compile)
LDLIBS  += $(shell mpicc --showme:link)
endif
$(B)/ranks: always
	@mkdir -p $(@D)
	@echo '$(MPI)' | cmp -s - $@ || echo '$(MPI)' > $@
$(B)/console/ranks.o: $(B)/ranks

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(OURS) $(CPPFLAGS) $(CFLAGS) $(FOLDER) -c $< -o $@

$(B)/libsteadfast.a: $(OBJECTS)
	rm -f $@
	ar rcs $@ $^

$(B)/libsteadfast.so: $(OBJECTS)
	$(CC) -shared -fopenmp $(CFLAGS) $(LDFLAGS) -Wl,-soname,libsteadfast.so.0 $^ $(LDLIBS) -o $@

$(B)/bin/train: $(B)/trainer/train.o
$(B)/bin/certify: $(B)/analyzer/certify.o
$(B)/bin/assess: $(B)/analyzer/assess.o
$(B)/bin/audit: $(B)/certs/audit.o
$(B)/bin/bench: $(patsubst %.c,$(B)/%.o,$(wildcard bench/*.c))
$(B)/bin/%: $(B)/libsteadfast.a
	@mkdir -p $(@D)
	$(CC) -fopenmp $(CFLAGS) $(LDFLAGS) $(filter %.o,$^) $< $(LDLIBS) -o $@

# A chapter, line for line, as C for CUnit and as a transcript for clitest.
$(B)/tests/%.c: tests/%.md tests/tangle.awk
	@mkdir -p $(@D)
	awk -v lang=c -f tests/tangle.awk $< > $@

$(B)/tests/%.o: $(B)/tests/%.c
	$(CC) $(OURS) -Wno-missing-prototypes -Wno-unused-function -Itests $(CPPFLAGS) $(CFLAGS) -frounding-math -include chapter.h -c $< -o $@

$(B)/tests/chapter.o: tests/chapter.c
	@mkdir -p $(@D)
	$(CC) $(OURS) -Itests $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(B)/tests/%: $(B)/tests/%.o $(B)/tests/chapter.o $(B)/libsteadfast.a
	$(CC) -fopenmp $(CFLAGS) $(LDFLAGS) $^ -lcunit -lmpfi $(LDLIBS) -o $@

# The whole book, or one chapter: make check CHAPTERS=tests/31-box-feedforward.md
check: all $(CHAPTERS:tests/%.md=$(B)/tests/%)
	@B=$(B) sh tests/run $(CHAPTERS)

# Side by side with PyTorch, our own mpfr engine and the machine's peak:
# make bench, or some of it: make bench JOBS="cnn lsnn"
bench: all $(B)/bin/bench
	@B=$(B) sh bench/run $(JOBS)

# Our adversary beside the same algorithm in PyTorch, on the shipped models.
compare: all $(B)/bin/bench
	@B=$(B) sh bench/compare-attack

# A million random changes of certificates under the sanitizers (chapters 70, 72 and 74).
fuzz:
	@FUZZ=1000000 ASAN_OPTIONS=detect_leaks=0 $(MAKE) B=build-sanitized \
	  CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined' \
	  CHAPTERS='tests/70-certificates.md tests/72-linear-certificates.md tests/74-fuzzed-rasters.md' check

# Do the shipped claims still hold?
certify-regress: all
	@B=$(B) sh certs/regress

# Certification curves of all shipped models; the README shows the first.
figures: all
	@B=$(B) sh plots/figures

$(B)/man/%.1: $(B)/bin/%
	@mkdir -p $(@D)
	help2man --no-info --version-string='$(VERSION)' -n '$(shell sed -n "s|^/\* $*.c -- ||p" */$*.c | sed 's/\. *\*\/$$//; s/\.$$//')' $< -o $@

man: $(PROGRAMS:$(B)/bin/%=$(B)/man/%.1)

$(B)/steadfast.pc: Makefile
	@mkdir -p $(@D)
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$${prefix}/lib' 'includedir=$${prefix}/include/steadfast' '' \
	  'Name: steadfast' 'Description: Sound certificates for networks on imperfect hardware' \
	  'Version: $(VERSION)' 'Cflags: -I$${includedir}' 'Libs: -L$${libdir} -lsteadfast' \
	  'Libs.private: -fopenmp $(LDLIBS)' > $@

install: all man $(B)/libsteadfast.a $(B)/steadfast.pc
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig \
	  $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/steadfast/plots
	install $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(B)/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 plots/*.gp $(DESTDIR)$(PREFIX)/share/steadfast/plots
	install -m 644 $(B)/libsteadfast.a $(B)/libsteadfast.so $(DESTDIR)$(PREFIX)/lib
	ln -sf libsteadfast.so $(DESTDIR)$(PREFIX)/lib/libsteadfast.so.0
	install -m 644 $(B)/steadfast.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig
	for h in $(HEADERS); do install -D -m 644 $$h $(DESTDIR)$(PREFIX)/include/steadfast/$$h || exit 1; done

clean:
	rm -rf $(B)

.PHONY: always all check fuzz certify-regress bench compare figures man install clean
.DELETE_ON_ERROR:
.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
