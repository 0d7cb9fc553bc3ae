//! The Godot classes of Rustls for Godot. They convert types and statuses; the crates below do the
//! work.
// Godot's own tags ([StreamPeer], [b]) appear in texts that the editor shows as help.
#![allow(rustdoc::broken_intra_doc_links)]
// The binding's macros make public accessors for properties of classes that no Rust code outside
// sees.
#![allow(unreachable_pub)]
// The binding passes every argument by value.
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
    // SAFETY: the arguments are the engine's; the replaced lookup of functions returns what the
    // engine's does.
    unsafe {
        rustls_godot_binding_init(
            enum_registration::with_enums(get_proc_address),
            library,
            init,
        )
    }
}

// SAFETY: only the entry point above calls that of the binding.
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
