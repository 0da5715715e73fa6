"""Loss of packets by the kernel, in front of a listening socket. Needs Linux, but no rights.

The filter of a socket drops a packet before TCP sees it, so the sender's kernel sends it again, as it does for a
packet that a network has lost. Connections inherit the filter of the socket that accepts them.
"""

import ctypes
import socket
import struct
from collections.abc import Callable

# SO_ATTACH_FILTER of Linux, and classic BPF: <linux/filter.h>, <linux/bpf_common.h>.
_ATTACH_FILTER = 26
_LOAD_BYTE, _LOAD_WORD, _LOAD_LENGTH = 0x30, 0x20, 0x80
_AND, _SHIFT_RIGHT, _SUBTRACT_X, _KEEP_IN_X = 0x54, 0x74, 0x1C, 0x07
_IF_EQUAL, _IF_NOT_BELOW, _RETURN = 0x15, 0x35, 0x06
_RANDOM = 0xFFFFF000 + 56
_INSTRUCTION = struct.Struct("@HBBI")
_ALL = 0xFFFFFFFF


def _filter(share: float) -> list[tuple[int, int, int, int]]:
    """Return a program that drops this share of the packets that carry data."""
    return [
        # The header of a segment is as long as its twelfth byte says, in words of four bytes.
        (_LOAD_BYTE, 0, 0, 12),
        (_AND, 0, 0, 0xF0),
        (_SHIFT_RIGHT, 0, 0, 2),
        (_KEEP_IN_X, 0, 0, 0),
        (_LOAD_LENGTH, 0, 0, 0),
        (_SUBTRACT_X, 0, 0, 0),
        (_IF_EQUAL, 2, 0, 0),
        (_LOAD_WORD, 0, 0, _RANDOM),
        (_IF_NOT_BELOW, 0, 1, round(share * 2**32)),
        (_RETURN, 0, 0, _ALL),
        (_RETURN, 0, 0, 0),
    ]


def losing(share: float) -> Callable[[socket.socket], None]:
    """Return a function that lets a listening socket lose this share of the packets that carry data."""
    instructions = _filter(share)

    def attach(listener: socket.socket) -> None:
        program = ctypes.create_string_buffer(b"".join(_INSTRUCTION.pack(*each) for each in instructions))
        option = struct.pack("@HP", len(instructions), ctypes.addressof(program))
        listener.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, option)

    return attach
