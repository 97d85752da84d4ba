"""All arrays of a run under one address, so that compiled functions hand each other one number instead of hundreds.

The address is that of a table: for each array its data's address and its lengths. `sim.credentials` in compiled code is
the array, read from the table. While compiled code runs, the table does not change; its loads say so, and the optimiser
keeps what it has read. Of arrays that are not sliced, compiled code is told that they have no rows and no columns:
numba only asks for their number where a place is below 0, which none is, and so its care for such places costs nothing.
Where the next row begins it learns from strides, which only arrays of any layout ("A") have for it.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.imputils import impl_ret_borrowed
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, lower_getattr_generic, register_model, typeof_impl, unbox

from sim.engine.compiled.state import State

SLICED = ("numbers",)
WORDS = 3
"""Words of an array in the table: address, length, length of a row."""
Entry = tuple[int, int, int]


class Handle:
    """The table of a state's arrays; it keeps them alive.

    Args:
        before: an earlier one. Asking numpy for an address takes microseconds, and most arrays stay the same.
    """

    def __init__(self, state: State, before: Handle | None = None) -> None:
        self.state = state
        known = before.entries if before else {}  # by identity: the earlier one keeps its arrays alive, too
        arrays = state.arrays().values()
        self.entries: dict[int, Entry] = {id(array): known.get(id(array)) or _entry(array) for array in arrays}
        self.table = np.array([self.entries[id(array)] for array in arrays], np.int64).ravel()
        self.address = self.table.ctypes.data


def _entry(array: Any) -> Entry:
    if not array.flags.c_contiguous:
        raise ValueError("an array of the state is not contiguous")
    return array.ctypes.data, array.shape[0], array.shape[1] if array.ndim > 1 else 1


class HandleType(types.Type):
    """A Handle, as numba knows it."""

    def __init__(self, arrays: tuple[tuple[str, types.Array], ...]) -> None:
        self.arrays = dict(arrays)
        self.places = {name: place for place, (name, _) in enumerate(arrays)}
        super().__init__(name="afterleak.State")


@register_model(HandleType)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.IntType(64))


_known: list[HandleType] = []


@typeof_impl.register(Handle)
def _typeof(value: Handle, _: Any) -> HandleType:
    if not _known:
        found = ((name, numba.typeof(array)) for name, array in value.state.arrays().items())
        arrays = ((name, kind if kind.ndim == 1 else kind.copy(layout="A")) for name, kind in found)
        _known.append(HandleType(tuple(arrays)))
    return _known[0]


@unbox(HandleType)
def _unbox(_: Any, value: Any, context: Any) -> NativeValue:
    address = context.pyapi.object_getattr_string(value, "address")
    word = context.pyapi.long_as_longlong(address)
    context.pyapi.decref(address)
    return NativeValue(word)


@infer_getattr
class _Attributes(AttributeTemplate):
    key = HandleType

    def generic_resolve(self, kind: HandleType, name: str) -> Any:
        return kind.arrays.get(name)


@lower_getattr_generic(HandleType)
def _array(context: Any, builder: Any, kind: HandleType, value: Any, name: str) -> Any:
    """The array in the table, without an owner."""
    array_type = kind.arrays[name]
    array = context.make_array(array_type)(context, builder)
    words = builder.inttoptr(value, ir.IntType(64).as_pointer())
    data, *lengths = (_word(builder, words, kind.places[name] * WORDS + n) for n in range(1 + array_type.ndim))
    size = context.get_abi_sizeof(context.get_data_type(array_type.dtype))
    strides = [size] if array_type.ndim == 1 else [builder.mul(lengths[1], lengths[1].type(size)), size]
    context.populate_array(
        array,
        data=builder.inttoptr(data, array.data.type),
        shape=cgutils.pack_array(builder, lengths if name in SLICED else [_intp(0)] * array_type.ndim),
        strides=cgutils.pack_array(builder, [_intp(s) for s in strides]),
        itemsize=_intp(size),
        meminfo=None,
    )
    return impl_ret_borrowed(context, builder, array_type, array._getvalue())


def _intp(value: Any) -> Any:
    return ir.Constant(ir.IntType(64), value) if isinstance(value, int) else value


def _word(builder: Any, words: Any, number: int) -> Any:
    load = builder.load(builder.gep(words, [ir.Constant(ir.IntType(32), number)]))
    load.set_metadata("invariant.load", builder.module.add_metadata([]))
    return load
