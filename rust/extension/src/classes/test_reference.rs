//! The class reference as the editor receives it. Only in test builds.

use godot::prelude::*;

use crate::engine::convert::godot_text;

/// Gives tests the XML of the class reference, which the engine takes and never gives back.
#[derive(GodotClass)]
#[class(tool, no_init, base=Object)]
pub(crate) struct RustlsTestReference {
    base: Base<Object>,
}

#[godot_api]
impl RustlsTestReference {
    /// Returns one XML document per class.
    #[func]
    fn documents() -> PackedStringArray {
        godot::docs::__gather_xml_docs()
            .map(|document| godot_text(&document))
            .collect()
    }
}
