# SPDX-License-Identifier: GPL-2.0
#
# E-Trunk for Linux. Targets:
#   make                 module for KDIR, and the tool
#   make deps            install what is missing (Debian, as root)
#   make check           lint, unit tests, selftests in a VM
#   make check-debug     selftests on a KASAN + lockdep + kmemleak kernel
#   make lint            static checks only
#   make unit            userland tests of the pure files only
#   make fuzz            fuzz targets of the pure files only
#   make model           model check of the E-Trunk's pure files only
#   make demo            the two-PE lab in a VM
#   make soak            BFD: long runs, and BIRD and FRR as the other end
#   make bench           BFD's timers under load, on 6.1 and 6.12: a table
#   make install         module, tool, man page, completion, unit
#   make dkms-install    module through DKMS
#   make clean
#
# KDIR=  kernel build directory   PREFIX= DESTDIR=  where install goes
# V=1    show commands            W=1               more compiler warnings

MAKEFLAGS += --no-print-directory

# The running kernel's headers; else those of the newest kernel that is
# installed with an image; else the newest headers there are.
KDIR ?= $(shell selftests/scripts/kdir)

PREFIX ?= /usr/local
DESTDIR ?=
SYSCONFDIR ?= /etc

export V W PREFIX DESTDIR SYSCONFDIR

all: module tool

module:
	@test -n "$(KDIR)" || { \
		echo "no kernel headers found: run 'make deps' or give KDIR=" >&2; \
		exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tool:
	@if [ -f tool/Makefile ]; then $(MAKE) -C tool; fi

.PHONY: all module tool

deps:
	@selftests/scripts/deps

lint: deps
	@selftests/scripts/lint

unit: deps
	@$(MAKE) -C selftests/unit run

fuzz: deps
	@$(MAKE) -C selftests/fuzz run

model: deps
	@$(MAKE) -C selftests/model run

check: deps
	@selftests/scripts/check

check-debug: deps
	@selftests/run --debug

demo: deps
	@selftests/run --demo

soak: deps
	@ETRUNK_TEST_LIMIT=7200 ETRUNK_VM_LIMIT=21600 selftests/run --long \
		--clock virtual -t bfd_bird.sh bfd_bird_auth.sh bfd_conform.sh \
		bfd_demand.sh bfd_frr.sh bfd_scale.sh

bench:
	@selftests/scripts/deps linux-image-6.12-amd64
	@selftests/bench/bfd_timers

.PHONY: deps lint unit fuzz model check check-debug demo bench soak

install: all
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) modules_install
	@if [ -f tool/Makefile ]; then $(MAKE) -C tool install; fi
	install -D -m 644 uapi/linux/etrunk.h \
		$(DESTDIR)$(PREFIX)/include/linux/etrunk.h

# DKMS wants a numeric version; sources go to /usr/src/etrunk-VERSION.
DKMS_VERSION ?= 1.0
DKMS_SRC := $(DESTDIR)/usr/src/etrunk-$(DKMS_VERSION)

dkms-install:
	rm -rf $(DKMS_SRC)
	install -d $(DKMS_SRC)
	cp -r kmod uapi Kbuild COPYING $(DKMS_SRC)/
	find $(DKMS_SRC) \( -name '*.o' -o -name '.*.cmd' \) -delete
	printf '%s\n' 'PACKAGE_NAME="etrunk"' \
		'PACKAGE_VERSION="$(DKMS_VERSION)"' \
		'BUILT_MODULE_NAME[0]="etrunk"' \
		'DEST_MODULE_LOCATION[0]="/updates/dkms"' \
		'MAKE[0]="make -C $$kernel_source_dir M=$$dkms_tree/etrunk/$(DKMS_VERSION)/build modules"' \
		'CLEAN="make -C $$kernel_source_dir M=$$dkms_tree/etrunk/$(DKMS_VERSION)/build clean"' \
		'AUTOINSTALL="yes"' > $(DKMS_SRC)/dkms.conf
	@# what DKMS built of this version before would be installed again
	@if [ -z "$(DESTDIR)" ]; then \
		if [ -n "$$(dkms status etrunk/$(DKMS_VERSION))" ]; then \
			dkms remove etrunk/$(DKMS_VERSION) --all; fi && \
		dkms install etrunk/$(DKMS_VERSION) --force; fi

clean:
	@if [ -n "$(KDIR)" ]; then $(MAKE) -C $(KDIR) M=$(CURDIR) clean; fi
	@if [ -f tool/Makefile ]; then $(MAKE) -C tool clean; fi
	@if [ -f selftests/unit/Makefile ]; then $(MAKE) -C selftests/unit clean; fi
	rm -rf .build

.PHONY: install dkms-install clean
