//! The Godot classes of Rustls for Godot. They translate types and statuses; the work is done in
//! the layers below.
// Godot's own tags ([StreamPeer], [b]) stand in texts that reach the editor's help.
#![allow(rustdoc::broken_intra_doc_links)]
// The binding's macros make public accessors for properties of classes that Rust code outside never sees.
#![allow(unreachable_pub)]
// The binding hands every argument over by value.
#![allow(clippy::needless_pass_by_value)]

mod addon;
mod classes;
mod crypto;
mod engine;
mod http;
mod options;
mod reasons;
mod runtime;
mod tls;
mod vocabulary;

use engine::{enum_registration, project_settings};
use godot::init::{ExtensionLibrary, InitStage, gdextension};
use godot::sys;
use godot_rustls_runtime::Shutdown;
use runtime::pin_library;

struct RustlsForGodot;

/// Entry point of the library, which the manifest names.
///
/// # Safety
///
/// The engine calls it, once for each time that it loads the library, with pointers of its own.
#[unsafe(no_mangle)]
unsafe extern "C" fn rustls_godot_init(
    get_proc_address: sys::GDExtensionInterfaceGetProcAddress,
    library: sys::GDExtensionClassLibraryPtr,
    init: *mut sys::GDExtensionInitialization,
) -> sys::GDExtensionBool {
    // SAFETY: the engine's own arguments; the lookup of functions answers as the engine's does.
    unsafe {
        rustls_godot_binding_init(
            enum_registration::with_enums(get_proc_address),
            library,
            init,
        )
    }
}

// SAFETY: the entry point of the binding is called by ours alone.
#[gdextension(entry_symbol = rustls_godot_binding_init)]
unsafe impl ExtensionLibrary for RustlsForGodot {
    fn on_stage_init(stage: InitStage) {
        if stage == InitStage::Scene {
            addon::start();
            project_settings::register();
        }
    }

    fn on_stage_deinit(stage: InitStage) {
        if stage == InitStage::Scene && addon::stop() == Shutdown::AtWork {
            pin_library::keep_loaded();
        }
    }
}
