//! Registration of the addon's constants under their enums, so that scripts can write
//! `RustlsHTTPClient.Method` as a type and the editor's help lists the values together.
//!
//! The binding registers each `#[constant]` as a plain integer (godot-rust/gdext#890), and the
//! engine refuses a second registration of the same name. The engine's own function takes the name
//! of an enum, so the entry point of the library passes the binding a lookup of functions in which
//! this one function adds the name before it calls the engine's. Only the public extension
//! interface is used. The module can be removed when the binding registers enums itself.

use std::ffi::{CStr, c_char};
use std::sync::OnceLock;

use godot::builtin::StringName;
use godot::sys;

/// Prefixes of the names of constants, and their enums. An enum with a counterpart in the engine
/// has its name.
const ENUMS: [(&str, &str); 11] = [
    ("CAUSE_", "Cause"),
    ("CLIENT_AUTHENTICATION_", "ClientAuthentication"),
    ("CURVE_", "Curve"),
    ("HASH_", "HashType"),
    ("METHOD_", "Method"),
    ("MODE_", "Mode"),
    ("RESPONSE_", "ResponseCode"),
    ("RESULT_", "Result"),
    ("SOURCE_", "Source"),
    ("STATUS_", "Status"),
    ("TLS_VERSION_", "TLSVersion"),
];

const REGISTER_CONSTANT: &CStr = c"classdb_register_extension_class_integer_constant";

type GetProcAddress = unsafe extern "C" fn(*const c_char) -> sys::GDExtensionInterfaceFunctionPtr;
type AnyFunction = unsafe extern "C" fn();
type RegisterConstant = sys::GDExtensionInterfaceClassdbRegisterExtensionClassIntegerConstant;

/// The engine's lookup of functions. Static because the engine calls back without any context; a
/// process has one engine.
static ENGINE: OnceLock<GetProcAddress> = OnceLock::new();

/// Returns the lookup of functions for the binding: the engine's, except for the registration of
/// constants.
pub(crate) fn with_enums(
    engine: sys::GDExtensionInterfaceGetProcAddress,
) -> sys::GDExtensionInterfaceGetProcAddress {
    let engine = engine?;
    ENGINE.get_or_init(|| engine);
    Some(get_proc_address)
}

unsafe extern "C" fn get_proc_address(name: *const c_char) -> sys::GDExtensionInterfaceFunctionPtr {
    let engine = ENGINE.get()?;
    // SAFETY: the binding passes a string that ends with a NUL and lives during the call.
    if unsafe { CStr::from_ptr(name) } == REGISTER_CONSTANT {
        // SAFETY: the interface returns every function as this type; its caller turns the pointer
        // back.
        return Some(unsafe {
            std::mem::transmute::<RegisterConstant, AnyFunction>(register_constant)
        });
    }
    // SAFETY: the engine's own function, called with the argument meant for it.
    unsafe { engine(name) }
}

unsafe extern "C" fn register_constant(
    library: sys::GDExtensionClassLibraryPtr,
    class: sys::GDExtensionConstStringNamePtr,
    enum_name: sys::GDExtensionConstStringNamePtr,
    constant: sys::GDExtensionConstStringNamePtr,
    value: sys::GDExtensionInt,
    is_bitfield: sys::GDExtensionBool,
) {
    // SAFETY: the string ends with a NUL.
    let engine = ENGINE
        .get()
        .and_then(|engine| unsafe { engine(REGISTER_CONSTANT.as_ptr()) });
    let Some(engine) = engine else { return };
    // SAFETY: the interface declares this type for the function of this name.
    let register = unsafe { std::mem::transmute::<AnyFunction, RegisterConstant>(engine) };
    // SAFETY: the binding passes a pointer to a `StringName` that lives during the call.
    let name = unsafe { &*constant.cast::<StringName>() }.to_string();
    let ours = enum_of(&name).map(StringName::from);
    let enum_name = ours
        .as_ref()
        .map_or(enum_name, |name| std::ptr::from_ref(name).cast());
    // SAFETY: the binding's own arguments; the name of the enum lives until the end of this
    // function.
    unsafe { register(library, class, enum_name, constant, value, is_bitfield) };
}

fn enum_of(constant: &str) -> Option<&'static str> {
    let row = ENUMS
        .iter()
        .find(|(prefix, _)| constant.starts_with(prefix));
    row.map(|(_, name)| *name)
}
