"""The layers (optional content) of a PDF, added to those of another: shown and hidden as they were."""

from typing import Any

import pikepdf
from pikepdf import Dictionary, Name

from app.pdf.dictionaries import copy_of, entries, extend

LISTS = ("/Order", "/RBGroups", "/Locked", "/AS")


def add_layers(pdf: pikepdf.Pdf, addition: pikepdf.Pdf) -> None:
    added, layers = addition.Root.get("/OCProperties"), pdf.Root.get("/OCProperties")
    if not isinstance(added, Dictionary) or not isinstance(added.get("/D"), Dictionary):
        return
    copy = copy_of(pdf, addition, added)
    if isinstance(layers, Dictionary) and isinstance(layers.get("/D"), Dictionary):
        extend_layers(layers, copy)
    else:
        pdf.Root.OCProperties = copy


def extend_layers(layers: Dictionary, copy: Dictionary) -> None:
    shown, hidden = by_state(copy)
    extend(layers, "/OCGs", shown + hidden)
    extend(layers.D, "/ON", shown)
    extend(layers.D, "/OFF", hidden)
    for key in LISTS:
        extend(layers.D, key, entries(copy.D, key))


def by_state(layers: Dictionary) -> tuple[list[Any], list[Any]]:
    """The layers that are shown when the file is opened, and those that are not."""
    on, off = ({layer.objgen for layer in entries(layers.D, key)} for key in ("/ON", "/OFF"))
    hides = layers.D.get("/BaseState") == Name.OFF
    shown: list[Any] = []
    hidden: list[Any] = []
    for layer in entries(layers, "/OCGs"):
        is_hidden = layer.objgen in off or (hides and layer.objgen not in on)
        (hidden if is_hidden else shown).append(layer)
    return shown, hidden
