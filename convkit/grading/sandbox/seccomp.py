"""The filter of system calls: which ones student code may not make, asked for each.

Namespaces and a user without privileges keep a program from what there is; the filter keeps it
from parts of the kernel that no exercise needs and that attacks begin with, from devices of a
virtual machine that are no part of any namespace, and from memory that is hard to see. It is
classic BPF, seccomp(2), for bubblewrap to install.
"""

from __future__ import annotations

import errno
import platform
import socket
import struct

# Each with its number on x86_64 and on aarch64, where it has one.
REFUSED = {
    # other processes, and the clock, the name, the settings and the disks of the machine
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "acct": (163, 89),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "settimeofday": (164, 170),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "reboot": (169, 142),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "chroot": (161, 51),
    "pivot_root": (155, 41),
    "mount": (165, 40),
    "umount2": (166, 39),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # parts of the kernel
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "fanotify_init": (300, 262),
    "seccomp": (317, 277),
    "personality": (135, 92),
    "lookup_dcookie": (212, 18),
    "nfsservctl": (180, 42),
    "uselib": (134, None),
    "modify_ldt": (154, None),
    "iopl": (172, None),
    "ioperm": (173, None),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    # memory that counts for no process
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "vmsplice": (278, 75),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # more processors than the grader gave
    "sched_setaffinity": (203, 122),
}
CLONE, CLONE3 = (56, 220), 435
SOCKET, SOCKETPAIR = (41, 198), (53, 199)
MMAP = (9, 222)
IOCTL = (16, 29)
SETSOCKOPT = (54, 208)
_FIRST_UNKNOWN = 451
"""Later system calls are refused as by a kernel that does not have them."""

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_FAMILIES = (socket.AF_UNIX, socket.AF_NETLINK)  # without the latter ZeroMQ aborts
_NEW_NAMESPACES = 0x7E020000
_SHARED_WITHOUT_A_FILE = 0x21  # MAP_SHARED | MAP_ANONYMOUS
_TYPE_INTO_A_TERMINAL = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
# What waits in a socket is in no process, and `memory` counts it by the usual size.
_LARGER_BUFFERS = (7, 8, 32, 33)  # SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE

_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_EQUAL, _AT_LEAST, _ANY_BIT = 0x15, 0x35, 0x45
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000

Instruction = tuple[int, int, int, int]


def program() -> bytes | None:
    """The filter for this machine, or None where its numbers are not known."""
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        return None
    column = list(_ARCHITECTURES).index(machine)
    filter_: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _FIRST_UNKNOWN),
        _fail(errno.ENOSYS),
        # Its flags lie where no filter can look. The C library makes do without it.
        *_when(CLONE3, [_fail(errno.ENOSYS)]),
    ]
    for numbers in REFUSED.values():
        number = numbers[column]
        if number is not None:
            filter_ += _when(number, [_fail(errno.EPERM)])
    filter_ += _when(
        CLONE[column],
        [_argument(0), (_ANY_BIT, 0, 1, _NEW_NAMESPACES), _fail(errno.EPERM), _allow()],
    )
    filter_ += _when(
        MMAP[column],
        [
            _argument(3),
            (_AND, 0, 0, _SHARED_WITHOUT_A_FILE),
            (_EQUAL, 0, 1, _SHARED_WITHOUT_A_FILE),
            _fail(errno.EPERM),
            _allow(),
        ],
    )
    allowed = [each for family in _FAMILIES for each in _when(family, [_allow()])]
    for call in (SOCKET, SOCKETPAIR):
        filter_ += _when(
            call[column],
            [_argument(0), *allowed, _fail(errno.EAFNOSUPPORT)],
        )
    for call, position, values in (
        (SETSOCKOPT, 2, _LARGER_BUFFERS),
        (IOCTL, 1, _TYPE_INTO_A_TERMINAL),
    ):
        refused = [each for value in values for each in _when(value, [_fail(errno.EPERM)])]
        filter_ += _when(call[column], [_argument(position), *refused, _allow()])
    filter_.append(_allow())
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in filter_)


def _when(number: int, then: list[Instruction]) -> list[Instruction]:
    """Where what was loaded is ``number``."""
    return [(_EQUAL, 0, len(then), number), *then]


def _argument(position: int) -> Instruction:
    """Load the lower half of an argument: both machines are little-endian."""
    return _LOAD, 0, 0, _ARGUMENTS + 8 * position


def _fail(number: int) -> Instruction:
    return _RETURN, 0, 0, _FAIL | number


def _allow() -> Instruction:
    return _RETURN, 0, 0, _ALLOW
