//! The Godot classes of Rustls for Godot. They translate types and statuses; the work is done in
//! the layers below.
// Godot's own tags ([StreamPeer], [b]) stand in texts that reach the editor's help.
#![allow(rustdoc::broken_intra_doc_links)]
// The binding's macros make public accessors for properties of classes that Rust code outside never sees.
#![allow(unreachable_pub)]
// The binding hands every argument over by value.
#![allow(clippy::needless_pass_by_value)]

mod background;
mod certificate_source;
mod certifying;
mod classes;
mod connection;
mod convert;
mod engine_objects;
mod frames;
mod http;
mod identity_files;
mod key_log;
mod keys;
mod known_objects;
mod library;
mod project_settings;
mod setups;
mod shared_objects;
mod spec;
mod trust;
mod vocabulary;

use background::{HANDSHAKES, KEYS, Left};
use godot::init::{ExtensionLibrary, InitStage, gdextension};

struct RustlsForGodot;

// SAFETY: the entry point is defined once, here, and called by the engine alone.
#[gdextension(entry_symbol = rustls_godot_init)]
unsafe impl ExtensionLibrary for RustlsForGodot {
    fn on_stage_init(stage: InitStage) {
        if stage == InitStage::Scene {
            frames::start();
            http::bytes::open();
            project_settings::register();
        }
    }

    fn on_stage_deinit(stage: InitStage) {
        if stage == InitStage::Scene {
            // Objects first: what they hold ends exchanges.
            let watched = frames::stop();
            http::pools::stop();
            let left = [
                watched,
                KEYS.stop(),
                HANDSHAKES.stop(),
                http::runtime::stop(),
            ];
            if left.contains(&Left::AtWork) {
                library::keep_loaded();
            }
        }
    }
}
