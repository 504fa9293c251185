"""A layout that takes the calls of Blender's, checks names, and keeps the texts: panels are drawn without a window."""

from types import SimpleNamespace

import bpy


class Layout:
    """Takes the calls of a UILayout, checks names, and keeps the texts."""

    def __init__(self, texts=None):
        self.__dict__["texts"] = [] if texts is None else texts
        self.__dict__["menus"] = []

    def _part(self, *_args, **_options):
        return Layout(self.texts)

    row = column = box = split = grid_flow = _part

    def __setattr__(self, name, value):
        self.texts.extend(["(off)"] if (name, value) == ("enabled", False) else [])

    def prop(self, owner, name, text=None, **_options):
        assert name in owner.bl_rna.properties, name
        self.texts.append(owner.bl_rna.properties[name].name if text is None else text)

    def prop_search(self, owner, name, data, collection, text=""):
        assert collection in data.bl_rna.properties, collection
        self.prop(owner, name, text)
        self.texts.append(getattr(owner, name))

    def separator(self, **_options):
        pass

    def label(self, text="", **_options):
        self.texts.append(text)

    def progress(self, factor=0.0, text="", **_options):
        assert 0.0 <= factor <= 1.0
        self.texts.append(text)

    def operator(self, name, text=None, **_options):
        module, verb = name.split(".")
        kind = getattr(getattr(bpy.ops, module), verb).get_rna_type()
        self.texts.append(kind.name if text is None else text)
        return SimpleNamespace(**dict.fromkeys(kind.properties.keys()))

    def operator_menu_enum(self, name, property, text=None, **_options):
        assert property in vars(self.operator(name, text))

    def panel(self, _id, **_options):
        return Layout(self.texts), Layout(self.texts)

    def template_icon(self, icon_value, scale):
        assert icon_value and scale >= 5
        self.texts.append("(image)")

    def menu(self, name, text="", **_options):
        assert hasattr(bpy.types, name)
        self.menus.append(text)

    def template_list(self, kind, _id, data, items, active, index, **_options):
        list_type = getattr(bpy.types, kind)
        assert index in active.bl_rna.properties
        for item in getattr(data, items):
            list_type.draw_item(None, bpy.context, self, data, item, 0, active, index)


def drawn(mocap):
    """Texts of all panels as they would be drawn now."""
    layout = Layout()
    context = SimpleNamespace(scene=bpy.context.scene, region=SimpleNamespace(width=300), preferences=None)
    for cls in mocap.registration.CLASSES:
        if hasattr(cls, "draw") and (cls.__name__.startswith(("ROMP_MOCAP_PT", "ROMP_MOCAP_AP", "ROMP_MOCAP_MT"))):
            poll = getattr(cls, "poll", None)
            if poll is None or poll(context):
                cls.draw(SimpleNamespace(layout=layout, bl_rna=cls.bl_rna), context)
    return " | ".join(layout.texts)
